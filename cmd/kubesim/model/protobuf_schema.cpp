// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/protobuf_schema.hpp"

namespace catena::kubesim {
namespace {

using Type = FieldType;
using Rule = FieldRule;
using Schema = std::map<std::string_view, MessageFields>;

MessageField part(unsigned number,
                  std::string_view name,
                  std::string_view message,
                  Rule rule = Rule::Always) {
  return {number, name, Type::Message, rule, message};
}

void add_kinds(Schema& schema) {
  const MessageField metadata = part(1, "metadata", "ObjectMeta");
  schema["Namespace"] = {metadata, part(2, "spec", "NamespaceSpec"),
                         part(3, "status", "NamespaceStatus")};
  schema["ServiceAccount"] = {metadata};
  schema["ConfigMap"] = {metadata, {2, "data", Type::Map}, {3, "binaryData", Type::BytesMap}};
  schema["Secret"] = {
      metadata, {2, "data", Type::BytesMap}, {3, "type", Type::Text}, {4, "stringData", Type::Map}};
  schema["Service"] = {metadata, part(2, "spec", "ServiceSpec"),
                       part(3, "status", "ServiceStatus")};
  schema["EndpointSlice"] = {metadata,
                             part(2, "endpoints", "Endpoint", Rule::Repeated),
                             part(3, "ports", "EndpointPort", Rule::Repeated),
                             {4, "addressType", Type::Text}};
  schema["Pod"] = {metadata, part(2, "spec", "PodSpec"), part(3, "status", "PodStatus")};
  schema["Deployment"] = {metadata, part(2, "spec", "DeploymentSpec")};
  schema["TokenRequest"] = {metadata, part(2, "spec", "TokenRequestSpec")};
}

void add_metadata(Schema& schema) {
  schema["ObjectMeta"] = {{1, "name", Type::Text},
                          {2, "generateName", Type::Text},
                          {3, "namespace", Type::Text},
                          {4, "selfLink", Type::Text},
                          {5, "uid", Type::Text},
                          {6, "resourceVersion", Type::Text},
                          {7, "generation", Type::Number},
                          {8, "creationTimestamp", Type::Time},
                          {9, "deletionTimestamp", Type::Time, Rule::Set},
                          {10, "deletionGracePeriodSeconds", Type::Number, Rule::Set},
                          {11, "labels", Type::Map},
                          {12, "annotations", Type::Map},
                          part(13, "ownerReferences", "OwnerReference", Rule::Repeated),
                          {14, "finalizers", Type::Text, Rule::Repeated},
                          part(17, "managedFields", "ManagedFieldsEntry", Rule::Repeated)};
  schema["OwnerReference"] = {{1, "kind", Type::Text},
                              {3, "name", Type::Text},
                              {4, "uid", Type::Text},
                              {5, "apiVersion", Type::Text},
                              {6, "controller", Type::Flag, Rule::Set},
                              {7, "blockOwnerDeletion", Type::Flag, Rule::Set}};
  schema["ManagedFieldsEntry"] = {
      {1, "manager", Type::Text},    {2, "operation", Type::Text},
      {3, "apiVersion", Type::Text}, {4, "time", Type::Time, Rule::Set},
      {6, "fieldsType", Type::Text}, {7, "fieldsV1", Type::RawJson, Rule::Set},
      {8, "subresource", Type::Text}};
  schema["ListMeta"] = {{1, "selfLink", Type::Text},
                        {2, "resourceVersion", Type::Text},
                        {3, "continue", Type::Text},
                        {4, "remainingItemCount", Type::Number, Rule::Set}};
  schema["Status"] = {part(1, "metadata", "ListMeta"),
                      {2, "status", Type::Text},
                      {3, "message", Type::Text},
                      {4, "reason", Type::Text},
                      part(5, "details", "StatusDetails", Rule::Set),
                      {6, "code", Type::Number}};
  schema["StatusDetails"] = {{1, "name", Type::Text},
                             {2, "group", Type::Text},
                             {3, "kind", Type::Text},
                             part(4, "causes", "StatusCause", Rule::Repeated),
                             {5, "retryAfterSeconds", Type::Number},
                             {6, "uid", Type::Text}};
  schema["StatusCause"] = {
      {1, "reason", Type::Text}, {2, "message", Type::Text}, {3, "field", Type::Text}};
}

void add_services(Schema& schema) {
  schema["ServiceSpec"] = {part(1, "ports", "ServicePort", Rule::Repeated),
                           {2, "selector", Type::Map},
                           {3, "clusterIP", Type::Text},
                           {4, "type", Type::Text},
                           {5, "externalIPs", Type::Text, Rule::Repeated},
                           {7, "sessionAffinity", Type::Text},
                           {8, "loadBalancerIP", Type::Text},
                           {9, "loadBalancerSourceRanges", Type::Text, Rule::Repeated},
                           {10, "externalName", Type::Text},
                           {11, "externalTrafficPolicy", Type::Text},
                           {12, "healthCheckNodePort", Type::Number},
                           {13, "publishNotReadyAddresses", Type::Flag},
                           {17, "ipFamilyPolicy", Type::Text, Rule::Set},
                           {18, "clusterIPs", Type::Text, Rule::Repeated},
                           {19, "ipFamilies", Type::Text, Rule::Repeated},
                           {20, "allocateLoadBalancerNodePorts", Type::Flag, Rule::Set},
                           {21, "loadBalancerClass", Type::Text, Rule::Set},
                           {22, "internalTrafficPolicy", Type::Text, Rule::Set},
                           {23, "trafficDistribution", Type::Text, Rule::Set}};
  schema["ServicePort"] = {
      {1, "name", Type::Text},       {2, "protocol", Type::Text},
      {3, "port", Type::Number},     {4, "targetPort", Type::IntOrText},
      {5, "nodePort", Type::Number}, {6, "appProtocol", Type::Text, Rule::Set}};
  schema["ServiceStatus"] = {part(1, "loadBalancer", "LoadBalancerStatus")};
  schema["LoadBalancerStatus"] = {part(1, "ingress", "LoadBalancerIngress", Rule::Repeated)};
  schema["LoadBalancerIngress"] = {{1, "ip", Type::Text}, {2, "hostname", Type::Text}};
  schema["NamespaceSpec"] = {{1, "finalizers", Type::Text, Rule::Repeated}};
  schema["NamespaceStatus"] = {{1, "phase", Type::Text}};
}

void add_slices(Schema& schema) {
  schema["Endpoint"] = {{1, "addresses", Type::Text, Rule::Repeated},
                        part(2, "conditions", "EndpointConditions"),
                        {3, "hostname", Type::Text, Rule::Set},
                        part(4, "targetRef", "ObjectReference", Rule::Set),
                        {6, "nodeName", Type::Text, Rule::Set},
                        {7, "zone", Type::Text, Rule::Set}};
  schema["EndpointConditions"] = {{1, "ready", Type::Flag, Rule::Set},
                                  {2, "serving", Type::Flag, Rule::Set},
                                  {3, "terminating", Type::Flag, Rule::Set}};
  schema["EndpointPort"] = {{1, "name", Type::Text, Rule::Set},
                            {2, "protocol", Type::Text, Rule::Set},
                            {3, "port", Type::Number, Rule::Set},
                            {4, "appProtocol", Type::Text, Rule::Set}};
  schema["ObjectReference"] = {{1, "kind", Type::Text},       {2, "namespace", Type::Text},
                               {3, "name", Type::Text},       {4, "uid", Type::Text},
                               {5, "apiVersion", Type::Text}, {6, "resourceVersion", Type::Text},
                               {7, "fieldPath", Type::Text}};
}

void add_workloads(Schema& schema) {
  schema["DeploymentSpec"] = {{1, "replicas", Type::Number, Rule::Set},
                              part(2, "selector", "LabelSelector", Rule::Set),
                              part(3, "template", "PodTemplateSpec")};
  schema["LabelSelector"] = {{1, "matchLabels", Type::Map}};
  schema["PodTemplateSpec"] = {part(1, "metadata", "ObjectMeta"), part(2, "spec", "PodSpec")};
  schema["PodSpec"] = {part(2, "containers", "Container", Rule::Repeated),
                       {10, "nodeName", Type::Text},
                       {16, "hostname", Type::Text},
                       {17, "subdomain", Type::Text}};
  schema["Container"] = {{1, "name", Type::Text},
                         {2, "image", Type::Text},
                         {3, "command", Type::Text, Rule::Repeated},
                         {4, "args", Type::Text, Rule::Repeated},
                         part(6, "ports", "ContainerPort", Rule::Repeated)};
  schema["ContainerPort"] = {
      {1, "name", Type::Text}, {3, "containerPort", Type::Number}, {4, "protocol", Type::Text}};
  schema["PodStatus"] = {{1, "phase", Type::Text},
                         part(2, "conditions", "PodCondition", Rule::Repeated),
                         {5, "hostIP", Type::Text},
                         {6, "podIP", Type::Text},
                         part(12, "podIPs", "PodIP", Rule::Repeated)};
  schema["PodCondition"] = {{1, "type", Type::Text}, {2, "status", Type::Text}};
  schema["PodIP"] = {{1, "ip", Type::Text}};
  schema["TokenRequestSpec"] = {{1, "audiences", Type::Text, Rule::Repeated},
                                {4, "expirationSeconds", Type::Number, Rule::Set}};
}

}  // namespace

const std::map<std::string_view, MessageFields>& protobuf_schema() {
  static const Schema all = [] {
    Schema made;
    add_kinds(made);
    add_metadata(made);
    add_services(made);
    add_slices(made);
    add_workloads(made);
    return made;
  }();
  return all;
}

}  // namespace catena::kubesim
