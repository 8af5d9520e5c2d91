// The Go side of the rows about the network: servers that print "runtime" and "port" and end with their standard input,
// and a client that asks the server whose port is the last argument.
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
)

const clients = 100

func listen() net.Listener {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println("runtime", runtime.Version(), "GOMAXPROCS", runtime.GOMAXPROCS(0))
	fmt.Println("port", listener.Addr().(*net.TCPAddr).Port)
	return listener
}

func serveEcho() {
	listener := listen()
	for {
		connection, err := listener.Accept()
		if err != nil {
			panic(err)
		}
		go func() {
			defer connection.Close()
			buffer := make([]byte, 16*1024)
			for {
				count, err := connection.Read(buffer)
				if err != nil {
					return
				}
				if _, err := connection.Write(buffer[:count]); err != nil {
					return
				}
			}
		}()
	}
}

func serveHTTP() {
	routes := http.NewServeMux()
	routes.HandleFunc("/hello", func(response http.ResponseWriter, _ *http.Request) {
		response.Header().Set("Content-Type", "text/plain; charset=utf-8")
		io.WriteString(response, "Hello, World!")
	})
	panic(http.Serve(listen(), routes))
}

// serve runs a server until the standard input ends.
func serve(what string) {
	switch what {
	case "serve-echo":
		go serveEcho()
	case "serve-http":
		go serveHTTP()
	default:
		panic("there is no server " + what)
	}
	io.Copy(io.Discard, os.Stdin)
}

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients, DisableCompression: true}}

func httpClient(operations, port int) {
	url := fmt.Sprintf("http://127.0.0.1:%d/hello", port)
	var all sync.WaitGroup
	all.Add(clients)
	for i := 0; i < clients; i++ {
		go func() {
			defer all.Done()
			for n := 0; n < operations/clients; n++ {
				response, err := client.Get(url)
				if err != nil {
					panic(err)
				}
				body, err := io.ReadAll(response.Body)
				response.Body.Close()
				if err != nil || len(body) != 13 {
					panic(fmt.Sprint("wrong body ", body, err))
				}
			}
		}()
	}
	all.Wait()
}
