package dev.weft.cli.compare.workload;

import dev.weft.cli.compare.work.Access;
import dev.weft.cli.compare.work.Work;
import java.io.IOException;
import java.net.URI;
import java.util.zip.CRC32;

/**
 * Fetches a page and takes its checksum: next to no computing.
 *
 * @param uri the address of the page
 */
public record FetchPage(URI uri) implements Work {
    @Override
    public String label() {
        return uri.toString();
    }

    @Override
    public long run(Access access) throws IOException, InterruptedException {
        byte[] page = access.fetch(uri);
        CRC32 checksum = new CRC32();
        checksum.update(page);
        return checksum.getValue();
    }
}
