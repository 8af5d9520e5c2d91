package dev.weft.cli.compare.report;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Checks JSON against the published schema; knows the keywords that the schema uses, and refuses others. */
public final class SchemaCheck {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private final JsonNode root;
    private final List<String> problems = new ArrayList<>();

    private SchemaCheck(JsonNode root) {
        this.root = root;
    }

    /** The differences between the report of a comparison in JSON and its schema, each with its path. */
    public static List<String> problems(String json) {
        return problems(schema(), json);
    }

    /** The differences between a document and a schema, each with its path. */
    public static List<String> problems(JsonNode schema, String json) {
        SchemaCheck check = new SchemaCheck(schema);
        check.check(check.root, MAPPER.readTree(json), "$");
        return check.problems;
    }

    static JsonNode schema() {
        return schema(Report.class, "weft-compare-1.schema.json");
    }

    /** Reads the schema that is a resource beside a class. */
    public static JsonNode schema(Class<?> type, String name) {
        try (InputStream file = type.getResourceAsStream(name)) {
            return MAPPER.readTree(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void check(JsonNode schema, JsonNode value, String path) {
        for (var keyword : schema.properties()) {
            JsonNode rule = keyword.getValue();
            switch (keyword.getKey()) {
                case "$schema", "$defs", "title", "description", "format" -> {}
                case "$ref" -> check(root.at(rule.asString().substring(1)), value, path);
                case "type" ->
                    require(hasType(rule, value), path, "expected " + rule + ", found " + value.getNodeType());
                case "const" -> require(rule.equals(value), path, "expected " + rule + ", found " + value);
                case "enum" -> require(rule.valueStream().anyMatch(value::equals), path, value + " is none of " + rule);
                case "minimum" ->
                    require(!value.isNumber() || value.asDouble() >= rule.asDouble(), path, "below " + rule);
                case "maximum" ->
                    require(!value.isNumber() || value.asDouble() <= rule.asDouble(), path, "above " + rule);
                case "minItems" ->
                    require(!value.isArray() || value.size() >= rule.asInt(), path, "shorter than " + rule);
                case "required" ->
                    rule.forEach(name -> require(value.has(name.asString()), path, "has no " + name.asString()));
                case "properties" -> {
                    for (var property : rule.properties()) {
                        if (value.has(property.getKey())) {
                            check(property.getValue(), value.get(property.getKey()), path + "." + property.getKey());
                        }
                    }
                }
                case "additionalProperties" -> {
                    if (rule.isObject()) {
                        value.properties()
                                .forEach(property -> check(rule, property.getValue(), path + "." + property.getKey()));
                    }
                }
                case "items" -> {
                    for (int i = 0; i < value.size(); i++) {
                        check(rule, value.get(i), path + "[" + i + "]");
                    }
                }
                case "anyOf" ->
                    require(rule.valueStream().anyMatch(option -> fits(option, value)), path, "fits no option");
                default ->
                    throw new AssertionError(
                            "the schema uses " + keyword.getKey() + ", which this check does not know");
            }
        }
    }

    private boolean fits(JsonNode schema, JsonNode value) {
        SchemaCheck option = new SchemaCheck(root);
        option.check(schema, value, "");
        return option.problems.isEmpty();
    }

    private static boolean hasType(JsonNode rule, JsonNode value) {
        if (rule.isArray()) {
            return rule.valueStream().anyMatch(type -> hasType(type, value));
        }
        return switch (rule.asString()) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isString();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            case "integer" -> value.isIntegralNumber();
            case "number" -> value.isNumber();
            default -> throw new AssertionError("unknown type " + rule);
        };
    }

    private void require(boolean condition, String path, String problem) {
        if (!condition) {
            problems.add(path + ": " + problem);
        }
    }
}
