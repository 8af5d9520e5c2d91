package dev.weft.cluster.wire;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What workers need to run the code of a driver, in order.
 *
 * @param feature the feature version of the driver's Java
 * @param addModules the modules to resolve, or empty
 * @param entries jars and files
 */
public record ManifestBody(int feature, String addModules, List<Item> entries) {
    /** What a file is for. */
    public enum Kind {
        /** A part of the class path. */
        CLASSES,
        /** A part of the module path. */
        MODULES,
        /** Something that code asks for by name. */
        FILE
    }

    /**
     * A file.
     *
     * @param kind what it is for
     * @param name its name, without directories
     * @param place its path, for the gateway; its SHA-256 in hexadecimal digits, for an agent
     * @param size its bytes; -1 for the gateway
     */
    public record Item(Kind kind, String name, String place, long size) {}

    /**
     * {@return it as the body of a message}
     */
    public byte[] bytes() {
        return Message.bytes(out -> {
            out.writeInt(feature);
            Texts.write(out, addModules);
            out.writeInt(entries.size());
            for (Item entry : entries) {
                Texts.write(out, entry.kind().name());
                Texts.write(out, entry.name());
                Texts.write(out, entry.place());
                out.writeLong(entry.size());
            }
        });
    }

    /**
     * Reads it.
     *
     * @param message the message
     * @return its body
     * @throws IOException if it has none
     */
    public static ManifestBody of(Message message) throws IOException {
        DataInputStream in = message.in();
        int feature = in.readInt();
        String addModules = Texts.read(in);
        int count = in.readInt();
        List<Item> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String kind = Texts.read(in);
            Kind found = Arrays.stream(Kind.values())
                    .filter(each -> each.name().equals(kind))
                    .findFirst()
                    .orElseThrow(() -> new IOException("expected what a file is for, found '" + kind + "'"));
            entries.add(new Item(found, Texts.read(in), Texts.read(in), in.readLong()));
        }
        return new ManifestBody(feature, addModules, entries);
    }
}
