package dev.weft.examples;

import dev.weft.Weft;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Balances in a store that others use too: a read and a write each give way to them. */
public final class Accounts {
    private final Map<String, Integer> balances = new HashMap<>();

    /** Makes accounts that are all empty. */
    public Accounts() {}

    /**
     * Reads a balance.
     *
     * @param account its owner
     * @return the balance
     */
    public int read(String account) {
        Weft.sleep(Duration.ZERO); // other coroutines run meanwhile
        return balances.getOrDefault(account, 0);
    }

    /**
     * Writes a balance.
     *
     * @param account its owner
     * @param balance the balance
     */
    public void write(String account, int balance) {
        Weft.sleep(Duration.ZERO);
        balances.put(account, balance);
    }

    /**
     * Adds to a balance. <strong>The planted bug:</strong> another deposit may come between the read and the write, and
     * is then lost.
     *
     * @param account its owner
     * @param amount how much
     */
    public void deposit(String account, int amount) {
        int balance = read(account);
        write(account, balance + amount);
    }
}
