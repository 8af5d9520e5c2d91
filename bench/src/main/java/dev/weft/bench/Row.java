package dev.weft.bench;

import java.util.List;

/**
 * One comparison: the same operations done by Weft, the first contestant, and by its peers.
 *
 * @param id the name that the programs know the work by
 * @param title the heading of the table
 * @param explanation what an operation is, and what to know when reading the figures
 * @param figure what is compared
 * @param work how much is done
 * @param contestants Weft first
 * @param goals what Weft wants to reach beside them
 * @param limit the most that Weft's own figure may be; infinite where only ratios are goals
 */
record Row(
        String id,
        String title,
        String explanation,
        Figure figure,
        Work work,
        List<Contestant> contestants,
        List<Goal> goals,
        double limit) {
    private static final int SHORT_WARM_UP_MILLIS = 300;

    Row(
            String id,
            String title,
            String explanation,
            Figure figure,
            Work work,
            List<Contestant> contestants,
            List<Goal> goals) {
        this(id, title, explanation, figure, work, contestants, goals, Double.POSITIVE_INFINITY);
    }

    Contestant weft() {
        return contestants.getFirst();
    }

    /** {@return what a program is told, after its command} */
    List<String> arguments(Contestant contestant) {
        int warmUp =
                contestant.justInTime() ? work.warmUpMillis() : Math.min(work.warmUpMillis(), SHORT_WARM_UP_MILLIS);
        int parameter = contestant.parameter() == 0 ? work.sleepMillis() : contestant.parameter();
        return List.of(
                id,
                Integer.toString(work.operations()),
                Integer.toString(warmUp),
                Integer.toString(work.iterations()),
                Integer.toString(parameter));
    }
}
