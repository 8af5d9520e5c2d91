package dev.weft.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.http.ContentCoding;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** What the server reads of requests, piece by piece. */
class ServerInputFuzzTest {
    private static final ContentCoding GZIP = ContentCoding.of("gzip", GZIPInputStream::new);

    @FuzzTest
    void paths(FuzzedDataProvider data) {
        try {
            RoutePath path = RoutePath.of(RequestTarget.pathAndQuery("/" + data.consumeRemainingAsString()));
            assertThat(path.segments()).isNotEmpty();
            assertThat(path.rest(0)).isNotNull();
        } catch (ErrorResponse e) {
            assertThat(e.response().status()).isEqualTo(400);
        }
    }

    @FuzzTest
    void dates(FuzzedDataProvider data) {
        HttpDates.second(data.consumeRemainingAsString());
    }

    @FuzzTest
    void codings(FuzzedDataProvider data) {
        String accepted = data.consumeRemainingAsString();
        assertThat(AcceptEncoding.weight(List.of(accepted), "gzip")).isBetween(-1, 1000);
        ContentCoding chosen = AcceptEncoding.choose(List.of(accepted), List.of(GZIP));
        assertThat(chosen).isIn(GZIP, null);
    }
}
