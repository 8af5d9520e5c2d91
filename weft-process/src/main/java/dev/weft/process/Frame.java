package dev.weft.process;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One message between the pool and a worker.
 *
 * <pre>
 *   offset  0  int   length of the body in bytes
 *           4  byte  type
 *           5  byte  kind: how the body is encoded ({@link Kind}), for types that carry a value
 *           6  short 0
 *           8  long  task, or what the type says
 *          16  body
 * </pre>
 *
 * <p>All numbers are little-endian.
 *
 * @param type one of the constants
 * @param kind how the body is encoded
 * @param id the task, or what the type says
 * @param body holds the body from its beginning; not to be changed
 * @param length the length of the body
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Frame(byte type, byte kind, long id, byte[] body, int length) {
    static final int HEADER = 16;

    /** Worker to pool, first of all: id = its number, body = {@link Hello}. */
    static final byte HELLO = 1;
    /** Worker to pool: the task has ended; body = its result. */
    static final byte RESULT = 2;
    /** Worker to pool: the task has failed; body = {@link FailureCodec}. */
    static final byte ERROR = 3;
    /** Worker to pool: the task was cancelled, before or after it started. */
    static final byte CANCELLED = 4;
    /**
     * Worker to pool, the answer to REVOKE: body = for each task given back two longs, its number and -1, or for the
     * end of a batch that runs the first element of that end. They have not started and never will here.
     */
    static final byte REVOKED = 5;
    /** Worker to pool: elements of a batch have ended, and the batch goes on; body = {@link BatchEntry entries}. */
    static final byte RESULTS = 6;
    /**
     * Worker to pool: a batch has ended; body = long nanoseconds that its elements took, int the first element that
     * this worker was not to run or did not come to, and the entries that were not sent before.
     */
    static final byte BATCH_END = 7;

    /** Pool to worker: run this after those before; body = the work. */
    static final byte TASK = 16;
    /** Pool to worker: drop the task if it has not started, interrupt it if it runs. Answered by the task's end. */
    static final byte CANCEL = 17;
    /** Pool to worker: give back the last tasks that have not started, at most as many as id says. */
    static final byte REVOKE = 18;
    /** Pool to worker: there will be no more; end. */
    static final byte BYE = 19;
    /** Pool to worker, first of all: body = the token that only the pool of this worker knows. */
    static final byte WELCOME = 20;

    /**
     * Pool to worker: run these elements of a map after what came before; body = int first element, int the one behind
     * the last, the function, the inputs from number 0, each with kind and length.
     */
    static final byte BATCH = 21;

    /** Pool to worker: the file of this number, which the worker has written, has been read. */
    static final byte TAKEN = 22;

    /**
     * Pool to worker: interrupt the task, or of a batch the element that the body names as an int, if it runs; its time
     * is over.
     */
    static final byte INTERRUPT = 23;
    /** Pool to worker, before all tasks: run this, and answer INITIALIZED; body = the work. */
    static final byte INITIALIZE = 24;
    /** Worker to pool: the initializer has run. */
    static final byte INITIALIZED = 8;
    /** Pool to worker: after the tasks before this, collect garbage, and answer COLLECTED. */
    static final byte COLLECT = 25;
    /** Worker to pool: the garbage has been collected. */
    static final byte COLLECTED = 9;

    /**
     * Worker to pool, once, unless it has a loop: what it is to run first has been read, with all classes that this
     * loads, and begins.
     */
    static final byte BEGUN = 11;

    /** Worker to pool: the loop has passed the order to stop on to the task of this number. */
    static final byte HEARD = 10;

    private static final byte[] NOTHING = {};

    Frame(byte type, long id) {
        this(type, Kind.NULL, id, NOTHING, 0);
    }

    static boolean isFromWorker(byte type) {
        return type >= RESULT && type <= BEGUN;
    }

    static boolean isFromPool(byte type) {
        return type >= TASK && type <= COLLECT;
    }

    /** Writes the header. */
    void putHeader(ByteBuffer target) {
        target.order(ByteOrder.LITTLE_ENDIAN)
                .putInt(length)
                .put(type)
                .put(kind)
                .putShort((short) 0)
                .putLong(id);
    }
}
