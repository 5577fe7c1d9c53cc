// SPDX-License-Identifier: Apache-2.0

// Looks names up with Go's own resolver; see README.md in this folder.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
)

func word(err error) string {
	var failure *net.DNSError
	if errors.As(err, &failure) && failure.IsNotFound {
		return "none"
	}
	return err.Error()
}

func addresses(resolver *net.Resolver, network, name string) ([]string, error) {
	found, err := resolver.LookupIP(context.Background(), network, name)
	var texts []string
	for _, address := range found {
		texts = append(texts, address.String())
	}
	return texts, err
}

func services(resolver *net.Resolver, name string) ([]string, error) {
	_, found, err := resolver.LookupSRV(context.Background(), "", "", name)
	var texts []string
	for _, one := range found {
		texts = append(texts, fmt.Sprintf("%s:%d", one.Target, one.Port))
	}
	return texts, err
}

func answer(resolver *net.Resolver, kind, name string) ([]string, error) {
	switch kind {
	case "any":
		return resolver.LookupHost(context.Background(), name)
	case "v4":
		return addresses(resolver, "ip4", name)
	case "v6":
		return addresses(resolver, "ip6", name)
	case "SRV":
		return services(resolver, name)
	default:
		return resolver.LookupAddr(context.Background(), name)
	}
}

func main() {
	resolver := &net.Resolver{PreferGo: true}
	for _, question := range os.Args[1:] {
		kind, name, _ := strings.Cut(question, ":")
		found, err := answer(resolver, kind, name)
		if err != nil {
			fmt.Println(question, "!", word(err))
		} else {
			fmt.Println(question, "=", strings.Join(found, " "))
		}
	}
}
