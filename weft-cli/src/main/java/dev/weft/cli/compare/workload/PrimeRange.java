package dev.weft.cli.compare.workload;

import dev.weft.cli.compare.work.Access;
import dev.weft.cli.compare.work.Work;

/**
 * Counts the primes of a range by trial division: pure computing, no memory to speak of.
 *
 * @param number the number of the range
 * @param from its first number
 * @param to the number after its last
 */
public record PrimeRange(int number, int from, int to) implements Work {
    @Override
    public String label() {
        return "range " + number;
    }

    @Override
    public long run(Access access) {
        long primes = 0;
        for (int n = from; n < to; n++) {
            if (isPrime(n)) {
                primes++;
            }
            access.checkpoint();
        }
        return primes;
    }

    private static boolean isPrime(int n) {
        if (n < 4) {
            return n > 1;
        }
        if (n % 2 == 0) {
            return false;
        }
        for (int divisor = 3; (long) divisor * divisor <= n; divisor += 2) {
            if (n % divisor == 0) {
                return false;
            }
        }
        return true;
    }
}
