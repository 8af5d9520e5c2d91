// The Go side of the benchmarks: goroutines and channels.
//
// usage: peers ROW OPERATIONS WARM_UP_MILLIS ITERATIONS [SLEEP_MILLIS|PORT]
//        peers serve-echo|serve-http
//
// Prints the same lines as peers.py.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"
)

const group = 1000

func handoffWake(operations, _ int) {
	ping, pong := make(chan struct{}), make(chan struct{})
	done := make(chan struct{})
	go func() {
		for i := 0; i < operations/2; i++ {
			<-ping
			pong <- struct{}{}
		}
		close(done)
	}()
	for i := 0; i < operations/2; i++ {
		ping <- struct{}{}
		<-pong
	}
	<-done
}

func handoffYield(operations, _ int) {
	var all sync.WaitGroup
	all.Add(2)
	player := func() {
		for i := 0; i < operations/2; i++ {
			runtime.Gosched()
		}
		all.Done()
	}
	go player()
	go player()
	all.Wait()
}

func queue(operations, _ int) {
	there, back := make(chan int, 1), make(chan int, 1)
	go func() {
		for i := 0; i < operations; i++ {
			back <- <-there
		}
	}()
	for i := 0; i < operations; i++ {
		there <- i
		if <-back != i {
			panic("a message did not come back")
		}
	}
}

func check(total, operations int) {
	if expected := operations * (group - 1) / 2; total != expected {
		panic(fmt.Sprintf("the sum of the results is %d, expected %d", total, expected))
	}
}

func spawnGroup(operations, _ int) {
	total := 0
	for g := 0; g < operations/group; g++ {
		results := make([]int, group)
		var all sync.WaitGroup
		all.Add(group)
		for i := 0; i < group; i++ {
			i := i
			go func() {
				results[i] = i
				all.Done()
			}()
		}
		all.Wait()
		for _, result := range results {
			total += result
		}
	}
	check(total, operations)
}

func spawnOne(operations, _ int) {
	total := 0
	for i := 0; i < operations; i++ {
		i := i
		result := make(chan int, 1)
		go func() { result <- i % group }()
		total += <-result
	}
	check(total, operations)
}

func sleepers(operations, millis int) {
	var all sync.WaitGroup
	all.Add(operations)
	for i := 0; i < operations; i++ {
		go func() {
			time.Sleep(time.Duration(millis) * time.Millisecond)
			all.Done()
		}()
	}
	all.Wait()
}

func used() int64 {
	runtime.GC()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc + stats.StackInuse)
}

// bytesPerGoroutine is the growth of live heap and of goroutine stacks.
func bytesPerGoroutine(operations int) float64 {
	before := used()
	var asleep sync.WaitGroup
	asleep.Add(operations)
	for i := 0; i < operations; i++ {
		go func() {
			asleep.Done()
			time.Sleep(time.Hour)
		}()
	}
	asleep.Wait()
	runtime.Gosched()
	return float64(used()-before) / float64(operations)
}

func processTime() int64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return usage.Utime.Nano() + usage.Stime.Nano()
}

func number(index, otherwise int) int {
	if len(os.Args) <= index {
		return otherwise
	}
	value, err := strconv.Atoi(os.Args[index])
	if err != nil {
		panic(err)
	}
	return value
}

func main() {
	row := os.Args[1]
	if len(os.Args) == 2 {
		serve(row)
		return
	}
	operations, warmUpMillis, iterations, argument := number(2, 0), number(3, 0), number(4, 0), number(5, 0)
	fmt.Println("runtime", runtime.Version(), "GOMAXPROCS", runtime.GOMAXPROCS(0))
	fmt.Println("operations", operations)
	if row == "heap" || row == "million" {
		// Without a warm-up, whose dead goroutines would lend their stacks.
		fmt.Println("bytes", bytesPerGoroutine(operations))
		return
	}
	body := map[string]func(int, int){
		"handoff-wake":  handoffWake,
		"handoff-yield": handoffYield,
		"queue":         queue,
		"spawn-group":   spawnGroup,
		"spawn-one":     spawnOne,
		"sleepers":      sleepers,
		"http-client":   httpClient,
	}[row]
	warmUp := func() { body(operations, argument) }
	if row == "sleepers" {
		// Fewer, some of which wake while others start.
		warmUp = func() { body(operations/10, 1) }
	}
	for end := processTime() + int64(warmUpMillis)*1000000; ; {
		warmUp()
		if processTime() >= end {
			break
		}
	}
	wall, cpu := "wall", "cpu"
	for i := 0; i < iterations; i++ {
		wallStart, cpuStart := time.Now(), processTime()
		body(operations, argument)
		cpu += fmt.Sprint(" ", processTime()-cpuStart)
		wall += fmt.Sprint(" ", time.Since(wallStart).Nanoseconds())
	}
	fmt.Println(wall)
	fmt.Println(cpu)
}
