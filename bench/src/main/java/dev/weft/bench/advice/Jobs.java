package dev.weft.bench.advice;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** Makes the jobs, with inputs that follow from a seed. */
final class Jobs {
    private static final int SEED = 7;
    private static final String[] SYLLABLES = {
        "an", "ber", "co", "dra", "el", "fin", "gor", "hu", "in", "jo", "ka", "lun"
    };

    private final Path sources;
    private final Path directory;
    private final Random random = new Random(SEED);

    /**
     * Prepares them.
     *
     * @param sources where the functions are
     * @param directory where files for them are made
     */
    Jobs(Path sources, Path directory) {
        this.sources = sources;
        this.directory = directory;
    }

    /**
     * Makes all jobs.
     *
     * @param server the address of a server that takes its time
     * @return the jobs
     */
    List<Job> all(String server) throws IOException {
        List<String> texts = texts(64, 200_000);
        return List.of(
                function("sha256", "SHA-256 of files of 1 MB", "Sha256.java::digest", blocks(64, 1 << 20)),
                function("gzip", "gzip of texts of 200 KB, in Java", "Gzip.java::size", texts),
                new Job(
                        "gzip command",
                        "gzip -c of texts of 200 KB, a process each",
                        List.of("gzip", "-c"),
                        texts,
                        true),
                new Job(
                        "wait command",
                        "a command that waits for 50 ms",
                        List.of("--shell", "sleep 0.05; echo"),
                        numbers(64),
                        true),
                function("json", "total of an order of 1 KB in JSON", "Orders.java::total", orders(3_000)),
                function("fetch", "GET from a server that waits for 20 ms", "Page.java::checksum", pages(server, 200)),
                function("jdbc", "query that waits for 5 ms, ten connections", "Balance.java::of", numbers(400)),
                function(
                        "thumbnail",
                        "picture of 640 × 480 made small, by Java 2D",
                        "Thumbnail.java::bytes",
                        pictures(48)),
                function("regex", "addresses of mail in texts of 200 KB", "Mails.java::count", texts),
                function("tiny", "one more than a number", "Next.java::next", numbers(20_000)),
                function("lock", "SHA-256 under one lock", "Ledger.java::append", numbers(400)),
                function("garbage", "most frequent word of texts of 200 KB", "Words.java::most", texts));
    }

    private Job function(String name, String what, String function, List<String> inputs) {
        return new Job(name, what, List.of("--java", sources + "/" + function), inputs, false);
    }

    private static List<String> numbers(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(Integer::toString).toList();
    }

    private static List<String> pages(String server, int count) {
        return numbers(count).stream().map(page -> server + "/" + page).toList();
    }

    private List<String> blocks(int count, int size) throws IOException {
        List<String> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] block = new byte[size];
            random.nextBytes(block);
            files.add(Files.write(directory.resolve("block-" + i), block).toString());
        }
        return files;
    }

    private List<String> texts(int count, int size) throws IOException {
        List<String> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            var text = new StringBuilder();
            while (text.length() < size) {
                text.append(word());
                text.append(random.nextInt(50) == 0 ? "@" + word() + ".org " : random.nextInt(12) == 0 ? "\n" : " ");
            }
            files.add(Files.writeString(directory.resolve("text-" + i), text).toString());
        }
        return files;
    }

    private String word() {
        return Stream.generate(() -> SYLLABLES[random.nextInt(SYLLABLES.length)])
                .limit(1 + random.nextInt(3))
                .reduce("", String::concat);
    }

    private List<String> orders(int count) {
        List<String> orders = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            var order = new StringBuilder("{\"customer\":\"" + word() + "\",\"items\":[");
            for (int item = 0; item < 16; item++) {
                order.append(item == 0 ? "" : ",")
                        .append("{\"name\":\"")
                        .append(word())
                        .append(word());
                order.append("\",\"price\":").append(random.nextInt(10_000) / 100.0);
                order.append(",\"count\":").append(1 + random.nextInt(9)).append('}');
            }
            orders.add(order.append("]}").toString());
        }
        return orders;
    }

    private List<String> pictures(int count) throws IOException {
        List<String> files = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            var picture = new BufferedImage(640, 480, BufferedImage.TYPE_INT_RGB);
            Graphics2D graphics = picture.createGraphics();
            for (int shape = 0; shape < 300; shape++) {
                graphics.setColor(new Color(random.nextInt(0xFFFFFF)));
                graphics.fillOval(random.nextInt(640), random.nextInt(480), random.nextInt(90), random.nextInt(90));
            }
            graphics.dispose();
            Path file = directory.resolve("picture-" + i + ".png");
            ImageIO.write(picture, "png", file.toFile());
            files.add(file.toString());
        }
        return files;
    }

    /** Writes the inputs of a job where weft reads them. */
    Path inputs(Job job) throws IOException {
        return Files.writeString(
                directory.resolve(job.name().replace(' ', '-') + ".inputs"),
                String.join("\n", job.inputs()) + "\n",
                StandardCharsets.UTF_8);
    }
}
