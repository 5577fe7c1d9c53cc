// SPDX-License-Identifier: Apache-2.0
// Looks names up with the C library that it is linked with; see README.md in this folder.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static const char* word(int error) {
  if (error == EAI_NONAME) return "none";
#ifdef EAI_NODATA
  if (error == EAI_NODATA) return "empty";
#endif
  return gai_strerror(error);
}

static int lookup(const char* name, int family) {
  struct addrinfo wanted = {.ai_family = family, .ai_socktype = SOCK_STREAM};
  struct addrinfo* found = NULL;
  const int error = getaddrinfo(name, NULL, &wanted, &found);
  if (error != 0) return printf(" ! %s\n", word(error));
  printf(" =");
  for (const struct addrinfo* one = found; one != NULL; one = one->ai_next) {
    char text[NI_MAXHOST];
    getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST);
    printf(" %s", text);
  }
  freeaddrinfo(found);
  return printf("\n");
}

static int name_of(const char* address) {
  struct sockaddr_in where = {.sin_family = AF_INET};
  inet_pton(AF_INET, address, &where.sin_addr);
  char name[NI_MAXHOST];
  const int error = getnameinfo((struct sockaddr*)&where, sizeof where, name, sizeof name, NULL, 0,
                                NI_NAMEREQD);
  return error != 0 ? printf(" ! %s\n", word(error)) : printf(" = %s\n", name);
}

int main(int count, char** questions) {
  for (int i = 1; i < count; ++i) {
    const char* name = strchr(questions[i], ':') + 1;
    printf("%s", questions[i]);
    if (strncmp(questions[i], "any:", 4) == 0) lookup(name, AF_UNSPEC);
    if (strncmp(questions[i], "v4:", 3) == 0) lookup(name, AF_INET);
    if (strncmp(questions[i], "v6:", 3) == 0) lookup(name, AF_INET6);
    if (strncmp(questions[i], "name:", 5) == 0) name_of(name);
  }
  return 0;
}
