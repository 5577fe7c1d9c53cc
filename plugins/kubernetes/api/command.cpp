// SPDX-License-Identifier: Apache-2.0
#include "core/base/system_text.hpp"
#include "core/http/time_limit.hpp"

#include "plugins/kubernetes/api/exec.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace catena::kubernetes::api {

namespace asio = boost::asio;

namespace {

constexpr Duration kReapInterval = std::chrono::milliseconds(5);
constexpr int kReapAttempts = 400;
constexpr int kFirstFreeDescriptor = 3;

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

/// The child gets standard input from nowhere, output to `output`, no other descriptor, no blocked
/// signal, and a process group of its own so that all of it can be killed.
Result<pid_t> spawn(std::vector<std::string> words,
                    std::vector<std::string> variables,
                    int output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, kFirstFreeDescriptor);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  pid_t process = 0;
  const int error = ::posix_spawnp(&process, words[0].c_str(), &actions, &attributes,
                                   pointers(words).data(), pointers(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return Error{fmt::format("exec: \"{}\": {}", words[0], system_text(error))};
  return process;
}

std::string outcome(const std::string& command, int status) {
  if (WIFSIGNALED(status))
    return fmt::format("exec: {} ended by signal {}", command, WTERMSIG(status));
  return fmt::format("exec: executable {} failed with exit code {}", command, WEXITSTATUS(status));
}

}  // namespace

struct Command::State {
  State(asio::any_io_executor executor, Duration time)
      : output(executor),
        timer(executor),
        deadline(executor, [this] { kill_all(); }),
        limit(time) {}

  void kill_all() {
    if (process > 0) ::kill(-process, SIGKILL);
    boost::system::error_code ignored;
    output.close(ignored);
  }

  Result<void> start(std::vector<std::string> words, std::vector<std::string> variables);
  asio::awaitable<Result<CommandOutput>> read_all();
  asio::awaitable<int> reap();

  asio::posix::stream_descriptor output;
  asio::steady_timer timer;
  http::TimeLimit deadline;
  Duration limit;
  pid_t process = 0;
};

Result<void> Command::State::start(std::vector<std::string> words,
                                   std::vector<std::string> variables) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return Error{fmt::format("pipe: {}", system_text(errno))};
  const auto started = spawn(std::move(words), std::move(variables), ends[1]);
  ::close(ends[1]);
  if (!started) {
    ::close(ends[0]);
    return started.error();
  }
  process = *started;
  output.assign(ends[0]);
  return {};
}

asio::awaitable<Result<CommandOutput>> Command::State::read_all() {
  CommandOutput all;
  std::array<char, 4096> piece;
  boost::system::error_code error;
  while (!error && all.text.size() <= kOutputLimit) {
    auto token = asio::redirect_error(asio::use_awaitable, error);
    const std::size_t count = co_await output.async_read_some(asio::buffer(piece), token);
    all.text.append(piece.data(), count);
  }
  if (error == asio::error::eof) co_return all;
  const bool late = deadline.expired();
  kill_all();
  if (late) co_return Error{"exec: the command did not end in time"};
  co_return Error{error ? "exec: stopped" : "exec: the command prints too much"};
}

/// Its output has ended, so it should be about to exit.
asio::awaitable<int> Command::State::reap() {
  int status = 0;
  boost::system::error_code error;
  for (int i = 0; i < kReapAttempts && !deadline.expired(); ++i) {
    if (::waitpid(process, &status, WNOHANG) == process) co_return status;
    timer.expires_after(kReapInterval);
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
  }
  ::kill(-process, SIGKILL);
  ::waitpid(process, &status, 0);
  co_return status;
}

Command::Command(asio::any_io_executor executor, Duration limit)
    : state_(std::make_unique<State>(std::move(executor), limit)) {}

Command::~Command() { stop(); }

asio::awaitable<Result<CommandOutput>> Command::run(
    std::string command,
    std::vector<std::string> arguments,
    std::vector<std::pair<std::string, std::string>> environment) {
  State& s = *state_;
  std::vector<std::string> words{command};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  for (char** variable = environ; *variable != nullptr; ++variable) variables.push_back(*variable);
  const auto started = s.start(std::move(words), std::move(variables));
  if (!started) co_return started.error();
  s.deadline.set(s.limit);
  auto output = co_await s.read_all();
  const int status = co_await s.reap();
  s.process = 0;
  s.deadline.clear();
  boost::system::error_code ignored;
  s.output.close(ignored);
  if (output && status != 0) co_return Error{outcome(command, status)};
  co_return output;
}

void Command::stop() { state_->kill_all(); }

}  // namespace catena::kubernetes::api
