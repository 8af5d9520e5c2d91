package dev.weft.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Job;
import java.io.ByteArrayOutputStream;
import java.io.NotSerializableException;
import java.io.Serializable;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

@SuppressWarnings("serial")
class UnsendableTest {
    private final int limit = 3;

    static class Db implements Serializable {
        final Socket socket = new Socket();
        transient Object cache = new Object();
    }

    static class Report implements Serializable {
        final Map<String, List<Db>> databases = new LinkedHashMap<>(Map.of("main", List.of(new Db())));
    }

    private static String problemOf(Object work) {
        try {
            new Encoder(Encoder.MOST_BYTES, null).encodeWork(work);
        } catch (TransferException e) {
            return e.getMessage();
        }
        throw new AssertionError("it was serialized");
    }

    @Test
    void aCapturedEnclosingObjectIsNamedWithTheRemedy() {
        Job<Integer> work = () -> limit + 1;
        assertThat(problemOf(work))
                .contains("dev.weft.process.UnsendableTest is not serializable")
                .contains(
                        "a lambda in dev.weft.process.UnsendableTest -> captured this (dev.weft.process.UnsendableTest)")
                .contains("copy what it needs to local variables");
    }

    @Test
    void aCapturedValueIsNamedByItsPlace() {
        String text = "fine";
        Object lock = new Object();
        Job<String> work = () -> text + lock;
        assertThat(problemOf(work))
                .contains("captured value 2 (java.lang.Object)")
                .contains("make it inside the work");
    }

    @Test
    void theFieldPathLeadsToTheObject() {
        var report = new Report();
        Job<Integer> work = () -> report.databases.size();
        assertThat(problemOf(work))
                .contains("java.net.Socket is not serializable")
                .contains("Report.databases")
                .contains("the value of key main")
                .contains("element 0 (dev.weft.process.UnsendableTest$Db)")
                .contains("Db.socket (java.net.Socket)")
                .contains("Make the field transient");
    }

    @Test
    void anInnerLambdaIsFollowed() {
        Object lock = new Object();
        Job<String> inner = lock::toString;
        Job<String> work = () -> inner.call();
        assertThat(problemOf(work))
                .contains("captured value 1 (a lambda in dev.weft.process.UnsendableTest)")
                .contains("(java.lang.Object)");
    }

    @Test
    void anAnonymousClassIsFollowedToItsOuterObject() {
        var work = new Job<Integer>() {
            @Override
            public Integer call() {
                return limit;
            }
        };
        assertThat(problemOf(work)).contains("this$0 (dev.weft.process.UnsendableTest)");
    }

    @Test
    void aPlainCallableIsToldToBeAJob() {
        Callable<Integer> work = () -> 1;
        assertThat(problemOf(work)).contains("is a plain Callable").contains("Declare it as dev.weft.Job");
    }

    @Test
    void aRunnableIsToldToBeAJob() {
        assertThat(problemOf(Executors.callable(() -> {})))
                .contains("submitted as a Runnable")
                .contains("return null");
    }

    @Test
    void aLambdaOfATypeThatIsNotSerializableIsToldWhichTypesAre() {
        Supplier<String> supplier = () -> "x";
        Job<String> work = () -> supplier.get();
        assertThat(problemOf(work))
                .contains("a lambda in dev.weft.process.UnsendableTest is not serializable")
                .contains("dev.weft.JobFunction");
    }

    static class Refusing implements Job<Integer> {
        @Override
        public Integer call() {
            return 1;
        }

        private void writeObject(java.io.ObjectOutputStream out) {
            throw new IllegalStateException("not today");
        }
    }

    @Test
    void anExceptionOfTheUsersOwnSerializationIsNamed() {
        assertThat(problemOf(new Refusing())).contains("java.lang.IllegalStateException: not today");
    }

    static class Chain implements Serializable {
        Chain next;
    }

    @Test
    void aStructureThatIsTooDeepIsToldSo() {
        Chain chain = new Chain();
        for (int i = 0; i < 200_000; i++) {
            Chain longer = new Chain();
            longer.next = chain;
            chain = longer;
        }
        Chain last = chain;
        Job<Boolean> work = () -> last.next == null;
        assertThat(problemOf(work)).contains("nested too deeply");
    }

    @Test
    void aResultIsNamedToo() {
        TransferException e = Unsendable.result(
                new ByteArrayOutputStream(), new NotSerializableException("java.io.ByteArrayOutputStream"), null);
        assertThat(e)
                .hasMessageStartingWith(
                        "the task ended, but its result cannot be sent back: java.io.ByteArrayOutputStream is not serializable. Make its class");
        TransferException nested =
                Unsendable.result(List.of(1, new Object()), new NotSerializableException("java.lang.Object"), null);
        assertThat(nested).hasMessageContaining("element 1 (java.lang.Object)");
    }
}
