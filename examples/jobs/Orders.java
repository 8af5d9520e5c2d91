//DEPS tools.jackson.core:jackson-databind:3.2.4

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The total of an order, a line of JSON each: weft map --java Orders.java::total < orders.jsonl */
class Orders {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    static double total(String order) {
        double total = 0;
        for (JsonNode item : MAPPER.readTree(order).path("items")) {
            total += item.path("price").asDouble(0) * item.path("count").asInt(0);
        }
        return total;
    }
}
