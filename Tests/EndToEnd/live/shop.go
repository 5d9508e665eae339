// SPDX-License-Identifier: Apache-2.0

// A shop that is busy and shows net/http/pprof; prints its address.
package main

import (
	"crypto/sha256"
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"strings"
)

type basket[Item any] struct{ items []Item }

//go:noinline
func (b *basket[Item]) pack(item Item) { b.items = append(b.items[:len(b.items)%1000], item) }

//go:noinline
func hashOrder(order int) [32]byte { return sha256.Sum256([]byte(strings.Repeat("order", order%97))) }

//go:noinline
func work() {
	shelf := basket[[]byte]{}
	for order := 0; ; order++ {
		sum := hashOrder(order)
		if order%500 == 0 {
			shelf.pack(append(make([]byte, 64<<10), sum[:]...))
		}
	}
}

func main() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	go work()
	fmt.Println(listener.Addr())
	panic(http.Serve(listener, nil))
}
