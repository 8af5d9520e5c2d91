package dev.weft.net;

/** The cause of what fails because this side has closed its stream; never thrown. */
@SuppressWarnings("serial")
final class ClosedHere extends Throwable {
    ClosedHere() {
        super("closed on this side", null, false, false);
    }
}
