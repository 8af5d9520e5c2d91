package dev.weft.loop.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A pool of event loops that share nothing: each task is a coroutine of the loop that has the fewest at the moment. */
public final class LoopPool extends AbstractPool {
    private record Member(ServiceLoop loop, AtomicInteger tasks) {}

    private final List<Member> members = new ArrayList<>();

    /**
     * Opens a pool.
     *
     * @param name its name
     * @param loops how many loops, each with a thread
     */
    public LoopPool(String name, int loops) {
        super(name);
        for (int i = 1; i <= loops; i++) {
            members.add(new Member(new ServiceLoop(name + "-" + i), new AtomicInteger()));
        }
    }

    @Override
    public int parallelism() {
        return Integer.MAX_VALUE;
    }

    @Override
    protected <T extends @Nullable Object> TaskCore<T> dispatch(Callable<T> work) {
        Member least = members.getFirst();
        for (Member member : members) {
            if (member.tasks.get() < least.tasks.get()) {
                least = member;
            }
        }
        AtomicInteger tasks = least.tasks;
        tasks.incrementAndGet();
        LoopTask<T> task = least.loop.start(null, work);
        task.whenDone(ended -> {
            tasks.decrementAndGet();
            var _ = ended.failure(); // whoever submitted it has it; the loop need not report it when it closes
        });
        return task;
    }

    @Override
    protected boolean runsCaller() {
        LoopCore current = LoopCore.currentOrNull();
        return current != null && members.stream().anyMatch(member -> member.loop.core() == current);
    }

    @Override
    protected void release() {
        members.forEach(member -> member.loop.shutdownNow());
    }

    @Override
    protected void afterTermination() {
        members.forEach(member -> member.loop.awaitEnd());
    }
}
