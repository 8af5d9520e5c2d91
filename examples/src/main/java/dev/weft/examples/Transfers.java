package dev.weft.examples;

import dev.weft.Weft;
import dev.weft.sync.Lock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Moves money between accounts that each have a lock. */
public final class Transfers {
    private final Map<String, Lock> locks = new HashMap<>();
    private final Map<String, Integer> balances = new HashMap<>();

    /** Makes transfers between accounts that are all empty. */
    public Transfers() {}

    /**
     * Moves money. <strong>The planted bug:</strong> locks are taken in the order of the arguments, so that two
     * transfers in opposite directions may wait for each other.
     *
     * @param from who pays
     * @param to who is paid
     * @param amount how much
     */
    public void move(String from, String to, int amount) {
        lock(from).withLock(() -> {
            Weft.sleep(Duration.ZERO); // asks whether the payer may
            lock(to).withLock(() -> {
                balances.merge(from, -amount, Integer::sum);
                balances.merge(to, amount, Integer::sum);
            });
        });
    }

    private Lock lock(String account) {
        return locks.computeIfAbsent(account, _ -> new Lock());
    }

    /**
     * Reads a balance.
     *
     * @param account its owner
     * @return the balance
     */
    public int balance(String account) {
        return balances.getOrDefault(account, 0);
    }
}
