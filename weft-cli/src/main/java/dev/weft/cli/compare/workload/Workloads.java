package dev.weft.cli.compare.workload;

import dev.weft.cli.compare.server.Pages;
import dev.weft.cli.text.Words;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes workloads of a size that suits the machine and the time. Used by one thread.
 */
public final class Workloads {
    /** How many pages of the page server are fetched at most. */
    public static final int MOST_PAGES = 160;

    private static final int MIXED_PAGES = 80;
    private static final double FINGERPRINT_SECONDS = 0.004;
    // What a round takes one after the other: long against the noise, short enough for several rounds.
    private static final double QUICK_SECONDS = 0.3;
    private static final double THOROUGH_SECONDS = 1.5;
    private static final double JAVA_PATIENCE = 0.2;
    private static final int SAMPLE_PAGES = 6;
    private static final int IO_THREADS = 64;
    private static final int GZIP_BLOCK = 256 * 1024;
    private static final long MEGABYTE = 1_000_000;

    private final boolean quick;
    private final int cores;
    private final long seed;
    private final Path directory;
    private final @Nullable List<URI> urls;

    /**
     * Prepares the making of workloads.
     *
     * @param quick whether all of them together must fit a minute
     * @param cores how many processors there are
     * @param seed what made-up pages follow from
     * @param directory where files are taken from
     * @param urls the pages to fetch, or null to fetch those of the page server
     */
    public Workloads(boolean quick, int cores, long seed, Path directory, @Nullable List<URI> urls) {
        this.quick = quick;
        this.cores = cores;
        this.seed = seed;
        this.directory = directory;
        this.urls = urls;
    }

    /**
     * Makes a workload.
     *
     * @param name which
     * @param server where the page server is; used only by workloads that fetch, and only without URLs
     * @return the workload
     * @throws IOException if the files that it needs cannot be read
     * @throws InterruptedException if the thread is interrupted
     */
    public Workload make(WorkloadName name, URI server) throws IOException, InterruptedException {
        return switch (name) {
            case FETCH -> fetch(server);
            case FILES -> files();
            case CPU -> primes();
            case GZIP -> gzip();
            case MIXED -> mixed(server);
        };
    }

    private Workload fetch(URI server) {
        List<URI> pages = pages(server, MOST_PAGES);
        return new Workload(
                WorkloadName.FETCH.id(),
                "Fetch " + Words.count(pages.size(), "page") + " over HTTP",
                "A task fetches a page with GET over a kept-alive connection and takes its checksum.",
                "page",
                fetchSettings(),
                pages.stream().map(FetchPage::new).toList(),
                IO_THREADS,
                "the tasks wait most of the time, so many more than cores",
                urls == null);
    }

    private Workload mixed(URI server) throws InterruptedException {
        List<URI> pages = pages(server, MIXED_PAGES);
        Pages sample = new Pages(seed);
        int probe = 256;
        double seconds = 0;
        for (int page = 0; page < SAMPLE_PAGES; page++) {
            seconds += Calibration.seconds(
                            new FingerprintPage(URI.create("http://sample/"), probe),
                            sample.html(page),
                            JAVA_PATIENCE / 2)
                    / SAMPLE_PAGES;
        }
        int functions = Math.clamp(Calibration.pleasant(probe * FINGERPRINT_SECONDS / seconds), 16, 100_000);
        Map<String, String> settings = new LinkedHashMap<>(fetchSettings());
        settings.put(
                "computing",
                "MinHash fingerprint with " + functions + " hash functions, about " + Words.time(FINGERPRINT_SECONDS)
                        + " a page");
        return new Workload(
                WorkloadName.MIXED.id(),
                "Fetch " + Words.count(pages.size(), "page") + " and compute a fingerprint of each",
                "A task fetches a page and computes its MinHash fingerprint, by which a crawler finds near duplicates.",
                "page",
                settings,
                pages.stream().map(uri -> new FingerprintPage(uri, functions)).toList(),
                IO_THREADS,
                "the tasks wait most of the time, so many more than cores",
                urls == null);
    }

    private List<URI> pages(URI server, int count) {
        return urls == null
                ? IntStream.range(0, count)
                        .mapToObj(page -> server.resolve("/page/" + page))
                        .toList()
                : urls;
    }

    private Map<String, String> fetchSettings() {
        Map<String, String> settings = new LinkedHashMap<>();
        if (urls == null) {
            settings.put("server", "another process on this machine, over loopback");
            settings.put(
                    "latency",
                    "log-normal with a median of " + Words.time(Pages.MEDIAN_LATENCY_MILLIS / 1e3)
                            + ", the same for a page in every round");
        } else {
            settings.put("server", "the hosts of " + Words.count(urls.size(), "URL"));
        }
        return settings;
    }

    private Workload files() throws IOException {
        FileTree tree = quick
                ? FileTree.walk(directory, 64 * MEGABYTE, 256 * MEGABYTE, 2_000)
                : FileTree.walk(directory, Long.MAX_VALUE, 2_000 * MEGABYTE, 20_000);
        requireFiles(tree);
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("directory", directory.toString());
        settings.put("volume", Words.count(tree.files().size(), "file") + ", " + Words.size(tree.bytes()));
        if (tree.skipped() > 0) {
            settings.put(
                    "left out",
                    Words.count(tree.skipped(), "file")
                            + (quick
                                    ? ", to be quick: above 64 MB each, 256 MB or 2,000 files together"
                                    : ", above 2 GB or 20,000 files together"));
        }
        return new Workload(
                WorkloadName.FILES.id(),
                "Read and hash " + Words.count(tree.files().size(), "file") + " of " + Words.size(tree.bytes()),
                "A task reads a file in blocks and computes its SHA-256. The files are in the page cache after the warm-up.",
                "file",
                settings,
                tree.files().stream()
                        .map(file -> new HashFile(file.path().toString()))
                        .toList(),
                Math.min(32, cores + 4),
                "cores + 4 and at most 32, the default of CPython's ThreadPoolExecutor",
                true);
    }

    private Workload primes() throws InterruptedException {
        int sample = 200_000;
        double seconds =
                Calibration.seconds(new PrimeRange(0, sample, sample + sample / 10), new byte[0], JAVA_PATIENCE);
        double target = quick ? QUICK_SECONDS : THOROUGH_SECONDS;
        // The divisors of n end at its root, so the work grows with the power 1.5 of the limit.
        double secondsToSample = seconds * 10 / 1.5;
        int limit = Calibration.pleasant(sample * Math.pow(target / secondsToSample, 1 / 1.5));
        int ranges = Math.max(64, 8 * cores);
        List<PrimeRange> tasks = IntStream.range(0, ranges)
                .mapToObj(i -> new PrimeRange(
                        i + 1, (int) ((long) limit * i / ranges), (int) ((long) limit * (i + 1) / ranges)))
                .toList();
        return new Workload(
                WorkloadName.CPU.id(),
                "Count the primes below " + Words.number(limit) + " in " + Words.count(ranges, "range"),
                "A task counts the primes of a range by trial division: computing only.",
                "range",
                Map.of("limit", Integer.toString(limit)),
                tasks,
                cores,
                "one for each core, since more could not compute at the same moment",
                true);
    }

    private Workload gzip() throws IOException, InterruptedException {
        FileTree tree = FileTree.walk(directory, Long.MAX_VALUE, 2_000 * MEGABYTE, 20_000);
        requireFiles(tree);
        List<CompressBlock> all = new ArrayList<>();
        for (FileTree.Entry file : tree.files()) {
            for (long from = 0; from < file.size(); from += GZIP_BLOCK) {
                int length = (int) Math.min(GZIP_BLOCK, file.size() - from);
                all.add(new CompressBlock(all.size(), file.path().toString(), from, length));
            }
        }
        double seconds = 0;
        int samples = Math.min(3, all.size());
        for (int i = 0; i < samples; i++) {
            seconds += Calibration.seconds(all.get(all.size() * i / samples), new byte[0], 0) / samples;
        }
        int wanted = (int) Math.clamp((quick ? QUICK_SECONDS : THOROUGH_SECONDS) / seconds, 4 * cores, 4_000);
        int count = Math.min(all.size(), wanted);
        List<CompressBlock> tasks = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            CompressBlock block = all.get((int) ((long) all.size() * i / count));
            tasks.add(new CompressBlock(i + 1, block.path(), block.offset(), block.length()));
        }
        long bytes = tasks.stream().mapToLong(CompressBlock::length).sum();
        return new Workload(
                WorkloadName.GZIP.id(),
                "Compress " + Words.count(tasks.size(), "block") + " of files, " + Words.size(bytes),
                "A task reads a block of " + GZIP_BLOCK / 1024
                        + " KiB from a file and compresses it with zlib, as gzip does.",
                "block",
                Map.of("directory", directory.toString()),
                tasks,
                cores,
                "one for each core, since more could not compute at the same moment",
                true);
    }

    private static void requireFiles(FileTree tree) throws IOException {
        if (tree.files().isEmpty()) {
            throw new IOException("expected at least one file that can be read below " + tree.root()
                    + ", found none; name another directory with --dir");
        }
    }
}
