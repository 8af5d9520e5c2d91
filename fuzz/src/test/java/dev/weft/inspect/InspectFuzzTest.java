package dev.weft.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** Lines that come over the socket by which a process is looked into. */
class InspectFuzzTest {
    @FuzzTest
    void requests(FuzzedDataProvider data) throws RequestException {
        Request request;
        try {
            request = Request.parse(data.consumeRemainingAsString());
        } catch (RequestException e) {
            assertThat(e.getMessage()).startsWith("expected");
            return;
        }
        assertThat(Request.parse(request.line())).isEqualTo(request);
    }
}
