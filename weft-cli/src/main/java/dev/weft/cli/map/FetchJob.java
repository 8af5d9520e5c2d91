package dev.weft.cli.map;

import dev.weft.cli.CliException;
import dev.weft.cli.compare.workload.FetchPage;
import dev.weft.cli.fetch.FetchCall;
import dev.weft.cli.fetch.FetchPlan;
import dev.weft.cli.map.input.Input;
import dev.weft.cli.map.run.Model;
import dev.weft.cli.map.run.Plan;
import dev.weft.cli.map.run.SlotThreads;
import dev.weft.cli.map.run.Work;
import dev.weft.cli.text.Quantities;
import dev.weft.http.client.RateLimit;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A request for each input. */
final class FetchJob implements Job {
    /** What is worth another try: no answer, and the answers of servers that are busy, or were. */
    static final Set<String> TRANSIENT = Set.of("1", "timeout", "408", "425", "429", "500", "502", "503", "504");

    private static final int USUAL_PER_HOST = 8;
    private static final Pattern RATE = Pattern.compile("(\\d{1,6})(?:/(.+))?");
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+\\s*:.*");

    private final FetchPlan plan;

    /**
     * Understands the options.
     *
     * @param url the URL with places
     * @param options the other options
     * @param json whether a document is wanted for each, and not what was fetched itself
     * @param columns the names of columns that there are; null if that is not known beforehand
     */
    FetchJob(String url, FetchOptions options, boolean json, @Nullable Set<String> columns) {
        if (options.ifChanged && options.output == null) {
            throw CliException.usage("--if-changed compares with files that are here, and needs --output");
        }
        for (String header : options.headers) {
            if (!HEADER.matcher(header).matches()) {
                throw CliException.usage("--header expects 'Name: value', found '" + header + "'");
            }
        }
        String method = options.method != null ? options.method : options.data != null ? "POST" : "GET";
        if (!method.matches("[A-Z]+")) {
            throw CliException.usage(
                    "--method expects a method in capitals, such as GET or PUT, found '" + method + "'");
        }
        this.plan = new FetchPlan(
                Template.ofUrl(url, columns)::fill,
                method,
                Template.ofTexts(options.headers, columns)::fill,
                options.data == null ? null : Template.ofTexts(List.of(options.data), columns)::fill,
                options.output == null ? null : Template.ofTexts(List.of(options.output), columns)::fill,
                options.ifChanged,
                options.perHost == null ? USUAL_PER_HOST : Quantities.number("--per-host", options.perHost, 1, 10_000),
                options.rate == null ? null : rate(options.rate),
                json);
    }

    private static RateLimit rate(String text) {
        Matcher matcher = RATE.matcher(text);
        if (!matcher.matches() || Integer.parseInt(matcher.group(1)) < 1) {
            throw CliException.usage("--rate expects a number of requests to a host in some time, such as 5/s, 100/m or"
                    + " 1/10s, found '" + text + "'");
        }
        String time = matcher.group(2) == null ? "s" : matcher.group(2);
        Duration per = Quantities.time("--rate", Character.isDigit(time.charAt(0)) ? time : "1" + time);
        return new RateLimit(Integer.parseInt(matcher.group(1)), per, 1);
    }

    @Override
    public Model model() {
        return Model.LOOP;
    }

    @Override
    public Work work(Plan run) {
        SlotThreads loop = SlotThreads.loop();
        return new Work.Calls("request", new FetchCall(plan, run.jobs().most(), loop), loop);
    }

    @Override
    public List<FetchPage> tasks(List<Input> inputs) {
        if (!plan.method().equals("GET")
                || plan.data() != null
                || plan.output() != null
                || plan.rate() != null
                || !plan.headers().of(inputs.getFirst(), 1).isEmpty()) {
            throw CliException.usage("compare map --fetch compares plain GET requests, without --method, --data,"
                    + " --header, --output and --rate: leave them out");
        }
        return inputs.stream().map(this::page).toList();
    }

    private FetchPage page(Input input) {
        String url = String.join(" ", plan.url().of(input, 1));
        try {
            return new FetchPage(new URI(url));
        } catch (URISyntaxException e) {
            throw CliException.usage("input " + input.index() + ": expected a URL, found '" + url + "'");
        }
    }

    @Override
    public String line(Input input) {
        return plan.method() + " " + String.join(" ", plan.url().of(input, 1));
    }
}
