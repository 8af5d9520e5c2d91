package dev.weft.cli.map.run;

import dev.weft.cli.CliException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When a run ends before its inputs do.
 *
 * @param now whether running commands are ended too; otherwise they go on, and no other is started
 * @param what which inputs are counted
 * @param count how many; 0 if it is a share
 * @param share which share of the inputs that are done, between 0 and 1; 0 if it is a count
 */
public record Halt(boolean now, Counted what, long count, double share) {
    /** Which inputs are counted. */
    public enum Counted {
        /** Those that failed. */
        FAIL,
        /** Those that went well. */
        SUCCESS,
        /** All that are done. */
        DONE
    }

    /** A share means nothing before so many inputs are done. */
    private static final int LEAST_FOR_SHARE = 3;

    private static final Pattern FORM = Pattern.compile("(now|soon),(fail|success|done)=(\\d{1,12})(%?)");

    /**
     * Understands a policy.
     *
     * @param text such as {@code now,fail=1} or {@code soon,fail=20%}
     * @return the policy
     * @throws CliException if it is none
     */
    public static Halt of(String text) {
        Matcher matcher = FORM.matcher(text);
        if (matcher.matches()) {
            long number = Long.parseLong(matcher.group(3));
            boolean percent = !matcher.group(4).isEmpty();
            if (number > 0 && (!percent || number <= 100)) {
                return new Halt(
                        matcher.group(1).equals("now"),
                        Counted.valueOf(matcher.group(2).toUpperCase(Locale.ROOT)),
                        percent ? 0 : number,
                        percent ? number / 100.0 : 0);
            }
        }
        throw CliException.usage(
                "--halt expects now or soon, and a number or share of fail, success or done, such as now,fail=1 or"
                        + " soon,fail=20%, found '" + text + "'");
    }

    /**
     * Decides.
     *
     * @param ok how many inputs went well so far
     * @param failed how many failed
     * @return whether the run is to end
     */
    public boolean applies(long ok, long failed) {
        long counted = switch (what) {
            case FAIL -> failed;
            case SUCCESS -> ok;
            case DONE -> ok + failed;
        };
        long done = ok + failed;
        return share == 0 ? counted >= count : done >= LEAST_FOR_SHARE && counted >= share * done;
    }
}
