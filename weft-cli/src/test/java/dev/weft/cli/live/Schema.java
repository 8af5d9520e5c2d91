package dev.weft.cli.live;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Checks a document against a published schema: what is there has to be described, of the type that is said, and
 * complete.
 */
final class Schema {
    private final JsonNode root;
    private final List<String> problems = new ArrayList<>();

    private Schema(JsonNode root) {
        this.root = root;
    }

    static List<String> problems(String file, JsonNode document) throws IOException {
        try (InputStream stream = Target.class.getResourceAsStream(file)) {
            var schema = new Schema(JsonMapper.shared().readTree(stream));
            schema.check(schema.root, document, "$");
            return schema.problems;
        }
    }

    private void check(JsonNode given, JsonNode value, String path) {
        JsonNode schema =
                given.has("$ref") ? root.at(given.path("$ref").asString().substring(1)) : given;
        String type = schema.path("type").asString("");
        boolean fits = switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            default -> false;
        };
        if (!fits) {
            problems.add(path + ": expected " + type + ", found " + value);
            return;
        }
        if (schema.has("const") && !schema.path("const").equals(value)) {
            problems.add(path + ": expected " + schema.path("const") + ", found " + value);
        }
        if (schema.has("enum") && schema.path("enum").valueStream().noneMatch(value::equals)) {
            problems.add(path + ": " + value + " is none of " + schema.path("enum"));
        }
        schema.path("required").forEach(name -> {
            if (!value.has(name.asString())) {
                problems.add(path + ": has no " + name.asString());
            }
        });
        if (value.isObject()) {
            value.properties().forEach(property -> {
                JsonNode known = schema.path("properties").path(property.getKey());
                if (known.isMissingNode()) {
                    problems.add(path + "." + property.getKey() + ": is not described");
                } else {
                    check(known, property.getValue(), path + "." + property.getKey());
                }
            });
        }
        for (int i = 0; i < value.size() && value.isArray(); i++) {
            check(schema.path("items"), value.get(i), path + "[" + i + "]");
        }
    }
}
