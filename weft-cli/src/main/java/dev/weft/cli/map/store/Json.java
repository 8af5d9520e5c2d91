package dev.weft.cli.map.store;

import tools.jackson.databind.json.JsonMapper;

/**
 * Reads what the files of runs hold. Loaded when the first line is read, which a new run never does: it would take a
 * good part of the start of the program.
 */
final class Json {
    static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}
}
