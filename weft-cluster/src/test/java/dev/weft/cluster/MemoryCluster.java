package dev.weft.cluster;

import dev.weft.cluster.engine.Engine;
import dev.weft.cluster.engine.Member;
import dev.weft.cluster.wire.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A cluster in memory: engines that carry bytes within this JVM, and whose nodes can be lost. */
final class MemoryCluster implements AutoCloseable {
    private final List<Node> nodes = new ArrayList<>();
    private final AtomicInteger ids = new AtomicInteger();
    private final Map<Message.Verb, AtomicLong> counts = new ConcurrentHashMap<>();

    /** A node, whose listener has a thread of its own. */
    final class Node implements Engine {
        private final Member member;
        private final ExecutorService thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("memory-node-", 0).factory());

        @Nullable
        private Listener listener;

        private Node(Member member) {
            this.member = member;
        }

        @Override
        public void start(Listener told) {
            synchronized (MemoryCluster.this) {
                listener = told;
                for (Node other : nodes) {
                    other.tell(l -> l.joined(member));
                    tell(l -> l.joined(other.member));
                }
                nodes.add(this);
            }
        }

        private void tell(java.util.function.Consumer<Listener> what) {
            Listener told = listener;
            thread.execute(() -> what.accept(told));
        }

        @Override
        public void send(String to, byte[] message) {
            try {
                counts.computeIfAbsent(Message.decode(message).type(), _ -> new AtomicLong())
                        .incrementAndGet();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            synchronized (MemoryCluster.this) {
                if (nodes.contains(this)) {
                    nodes.stream()
                            .filter(node -> node.member.id().equals(to))
                            .forEach(node -> node.tell(l -> l.received(member.id(), message)));
                }
            }
        }

        /** It and the others see each other no more, and what it sends arrives nowhere. */
        void lose() {
            synchronized (MemoryCluster.this) {
                if (nodes.remove(this)) {
                    nodes.forEach(other -> other.tell(l -> l.left(member.id())));
                    nodes.forEach(other -> tell(l -> l.left(other.member.id())));
                }
            }
        }

        @Override
        public void close() {
            lose();
            thread.shutdown();
        }
    }

    Node node(Member.Role role, String name, int slots) {
        return new Node(new Member("n" + ids.incrementAndGet(), role, name, "memory:" + name, slots));
    }

    /** {@return how many messages of a type were sent} */
    long sent(Message.Verb type) {
        AtomicLong count = counts.get(type);
        return count == null ? 0 : count.get();
    }

    @Override
    public void close() {
        List<Node> all;
        synchronized (this) {
            all = List.copyOf(nodes);
        }
        all.forEach(Node::close);
    }
}
