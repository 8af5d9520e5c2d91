package dev.weft.cli.terminal;

import java.io.PrintStream;
import java.util.function.LongSupplier;

/**
 * One line that is drawn again and again: a bar, what goes on, and the time that is left.
 *
 * <p>A daemon thread draws it a few times a second, so that the time goes on in a long step and whoever updates it
 * waits for nothing. State is guarded by {@code this}.
 */
public final class ProgressBar implements Progress {
    private static final int REDRAW_MILLIS = 250;
    private static final int BAR_WIDTH = 20;
    private static final String ERASE = "\r\u001b[2K";

    private final PrintStream out;
    private final LongSupplier clock;
    private final int width;
    private final Style style;
    private final long begin;
    private String what = "";
    private double secondsLeft = Double.NaN;
    private long updated;
    private double share;
    private boolean drawn;
    private boolean closed;

    /**
     * Starts a bar.
     *
     * @param out where to draw
     * @param clock the time in nanoseconds
     * @param width the columns of the terminal
     * @param style its style
     */
    public ProgressBar(PrintStream out, LongSupplier clock, int width, Style style) {
        this.out = out;
        this.clock = clock;
        this.width = width;
        this.style = style;
        this.begin = clock.getAsLong();
        Thread.ofPlatform().daemon().name("weft-progress").start(this::redraw);
    }

    @Override
    public synchronized void update(String what, double secondsLeft) {
        this.what = what;
        this.secondsLeft = secondsLeft;
        this.updated = clock.getAsLong();
    }

    @Override
    public synchronized void clear() {
        if (drawn) {
            out.print(ERASE);
            out.flush();
            drawn = false;
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        clear();
        notifyAll();
    }

    private synchronized void redraw() {
        try {
            while (!closed) {
                if (!what.isEmpty()) {
                    out.print(ERASE + line());
                    out.flush();
                    drawn = true;
                }
                wait(REDRAW_MILLIS);
            }
        } catch (InterruptedException e) {
            clear(); // somebody wants this thread to end
        }
    }

    /** The bar's line now, at most one column shorter than the terminal, where some terminals would wrap. */
    synchronized String line() {
        if (Double.isNaN(secondsLeft)) {
            return what.length() < width ? what : what.substring(0, width - 1);
        }
        long now = clock.getAsLong();
        double left = Math.max(0, secondsLeft - (now - updated) / 1e9);
        double elapsed = (now - begin) / 1e9;
        // Estimates get better on the way, but a bar that goes back helps nobody.
        share = Math.max(share, elapsed / Math.max(1e-9, elapsed + left));
        String time = left < 1 ? "almost done" : minutes(left) + " left";
        int room = width - 1;
        StringBuilder line = new StringBuilder();
        int visible = 0;
        if (room >= BAR_WIDTH + 40) {
            int full = (int) Math.round(share * BAR_WIDTH);
            line.append(style.green("━".repeat(full)))
                    .append(style.faint("─".repeat(BAR_WIDTH - full)))
                    .append("  ");
            visible = BAR_WIDTH + 2;
        }
        String text = time + "  " + what;
        int fits = room - visible;
        return line.append(text.length() <= fits ? text : text.substring(0, Math.max(0, fits)))
                .toString();
    }

    private static String minutes(double seconds) {
        long whole = (long) Math.ceil(seconds);
        return whole < 60 ? whole + " s" : whole / 60 + " min " + whole % 60 + " s";
    }
}
