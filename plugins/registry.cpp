// SPDX-License-Identifier: Apache-2.0
#include "plugins/registry.hpp"

#include <array>

namespace catena {

namespace autopath {
void setup(Setup& setup);
}
namespace bind {
void setup(Setup& setup);
}
namespace bufsize {
void setup(Setup& setup);
}
namespace cache {
void setup(Setup& setup);
}
namespace chaos {
void setup(Setup& setup);
}
namespace debug {
void setup(Setup& setup);
}
namespace dns64 {
void setup(Setup& setup);
}
namespace errors {
void setup(Setup& setup);
}
namespace forward {
void setup(Setup& setup);
}
namespace health {
void setup(Setup& setup);
}
namespace kubernetes {
void setup(Setup& setup);
namespace k8s_external {
void setup(Setup& setup);
}
}  // namespace kubernetes
namespace loadbalance {
void setup(Setup& setup);
}
namespace log {
void setup(Setup& setup);
}
namespace loop {
void setup(Setup& setup);
}
namespace memory {
void setup(Setup& setup);
}
namespace metadata {
void setup(Setup& setup);
}
namespace multisocket {
void setup(Setup& setup);
}
namespace nsid {
void setup(Setup& setup);
}
namespace pprof {
void setup(Setup& setup);
}
namespace prometheus {
void setup(Setup& setup);
}
namespace ready {
void setup(Setup& setup);
}
namespace reload {
void setup(Setup& setup);
}
namespace siit {
void setup(Setup& setup);
}
namespace timeouts {
void setup(Setup& setup);
}
namespace tls {
void setup(Setup& setup);
}
namespace transfer {
void setup(Setup& setup);
}
namespace tsig {
void setup(Setup& setup);
}
namespace view {
void setup(Setup& setup);
}
namespace whoami {
void setup(Setup& setup);
}

namespace {

// The order of CoreDNS 1.15. A plugin sees what those below it answer.
constexpr std::array kPlugins{
    PluginEntry{"root", nullptr, "Paths of files are relative to it, so it is read first."},
    PluginEntry{"metadata", metadata::setup, "Everyone below may ask for its values."},
    PluginEntry{"geoip", nullptr, "A source of metadata."},
    PluginEntry{"cancel", nullptr, "Its deadline is for all that follows."},
    PluginEntry{"proxyproto", nullptr, "Says who the client is before anybody looks."},
    PluginEntry{"quic", nullptr, "Settings of the listener."},
    PluginEntry{"grpc_server", nullptr, "Settings of the listener."},
    PluginEntry{"https", nullptr, "Settings of the listener."},
    PluginEntry{"https3", nullptr, "Settings of the listener."},
    PluginEntry{"timeouts", timeouts::setup, "Settings of the listener."},
    PluginEntry{"multisocket", multisocket::setup, "Settings of the listener."},
    PluginEntry{"memory", memory::setup, "A setting of the process; CoreDNS does not have it."},
    PluginEntry{"reload", reload::setup, "Watches the Corefile, whatever the chain is."},
    PluginEntry{"nsid", nsid::setup, "Adds its option to answers of every origin."},
    PluginEntry{"bufsize", bufsize::setup, "Limits the size before anybody computes with it."},
    PluginEntry{
        "bind", bind::setup, "Plugins below it know the addresses of their listeners.", {}, true},
    PluginEntry{"debug", debug::setup, "Turns DEBUG lines on before plugins write any."},
    PluginEntry{"trace", nullptr, "Measures all that follows."},
    PluginEntry{"ready", ready::setup, "A service beside the chain."},
    PluginEntry{"health", health::setup, "A service beside the chain."},
    PluginEntry{"pprof", pprof::setup, "A service beside the chain."},
    PluginEntry{"shed", nullptr, "Turns load away before it costs anything."},
    PluginEntry{"prometheus", prometheus::setup,
                "Counts every answer, also those of errors and log."},
    PluginEntry{"errors", errors::setup, "Sees the failures of all plugins below."},
    PluginEntry{"log", log::setup, "Logs what leaves, after all changes below."},
    PluginEntry{"dnstap", nullptr, "Copies what leaves, as log."},
    PluginEntry{"local", nullptr, "Answers names of this host before they reach anybody."},
    PluginEntry{"dns64", dns64::setup, "Makes AAAA of what all below answer."},
    PluginEntry{"siit", siit::setup, "Makes A of what all below answer."},
    PluginEntry{"any", nullptr, "Ends ANY questions before they cost anything."},
    PluginEntry{"chaos", chaos::setup, "Class CH goes no further."},
    PluginEntry{"loadbalance", loadbalance::setup, "Shuffles also what comes out of the cache."},
    PluginEntry{"tsig", tsig::setup, "Signs what leaves, checks before others act on it."},
    PluginEntry{"rewrite", nullptr, "Changes the question before anybody looks it up."},
    PluginEntry{"autopath", autopath::setup, "Asks the cache for each name of the search path."},
    PluginEntry{"acl", nullptr, "Refuses before the cache answers."},
    PluginEntry{"cache", cache::setup,
                "Before whatever is slow, after whatever changes the question."},
    PluginEntry{"header", nullptr, "Changes what the sources below answer."},
    PluginEntry{"dnssec", nullptr, "Signs what the sources below answer; the cache keeps it."},
    PluginEntry{"tls", tls::setup, "Settings of the listener."},
    PluginEntry{"minimal", nullptr, "Cuts what the sources below answer."},
    PluginEntry{"template", nullptr, "A source; it may shadow all others."},
    PluginEntry{"transfer", transfer::setup, "Hands out the zones of the sources below."},
    PluginEntry{"dynupdate", nullptr, "Changes the zones that the sources below hold."},
    PluginEntry{"hosts", nullptr, "A source; a file of the administrator goes first."},
    PluginEntry{"route53", nullptr, "A source."},
    PluginEntry{"azure", nullptr, "A source."},
    PluginEntry{"clouddns", nullptr, "A source."},
    PluginEntry{"k8s_external", kubernetes::k8s_external::setup,
                "Answers from what kubernetes knows, under other names."},
    PluginEntry{"kubernetes", kubernetes::setup, "A source."},
    PluginEntry{"file", nullptr, "A source."},
    PluginEntry{"auto", nullptr, "A source."},
    PluginEntry{"secondary", nullptr, "A source."},
    PluginEntry{"etcd", nullptr, "A source."},
    PluginEntry{"loop", loop::setup, "Sees its own question come back just before it would leave."},
    PluginEntry{"forward", forward::setup, "Whatever no source of this server knows."},
    PluginEntry{"grpc", nullptr, "Whatever no source of this server knows."},
    PluginEntry{"erratic", nullptr, "Answers everything, wrongly, for tests."},
    PluginEntry{"whoami", whoami::setup, "Answers everything, so it is the last."},
    PluginEntry{"on", nullptr, "Runs commands at start and end, beside the chain."},
    PluginEntry{"sign", nullptr, "Signs files, beside the chain."},
    PluginEntry{"view", view::setup, "Chooses the block; in the chain it has nothing to do."},
    PluginEntry{"nomad", nullptr, "A source that came late to CoreDNS's list."},
};

constexpr std::array kFormer{
    config::FormerDirective{"proxy", "until 1.5.0: 'forward' took its place"},
    config::FormerDirective{"federation", "until 1.7.0: 'kubernetes' has 'multicluster'"},
    config::FormerDirective{"reverse", "until 1.1.4: 'template' took its place"},
    config::FormerDirective{"startup", "until 1.1.0: 'on startup' took its place"},
    config::FormerDirective{"shutdown", "until 1.1.0: 'on shutdown' took its place"},
    config::FormerDirective{"httpproxy", "until 0.9: 'forward' took its place, with https://"},
};

}  // namespace

PluginList plugin_registry() { return kPlugins; }

std::span<const config::FormerDirective> former_directives() { return kFormer; }

}  // namespace catena
