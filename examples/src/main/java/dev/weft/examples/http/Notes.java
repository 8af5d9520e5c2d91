package dev.weft.examples.http;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.h2.jdbcx.JdbcConnectionPool;
import org.jspecify.annotations.Nullable;

/**
 * Notes in a database: ordinary JDBC, as anybody would write it for threads.
 *
 * <p>In a coroutine it suspends where it waits: for a connection of the pool, for a lock, for a server at the other end
 * of a socket. H2 in memory is never waited for long; a database that reads files in the same process would hold the
 * loop while it does, and belongs into {@code Weft.offload}.
 */
final class Notes implements AutoCloseable {
    private static final int CONNECTIONS = 4;

    private final JdbcConnectionPool connections;

    /**
     * A note.
     *
     * @param id its number
     * @param text what it says
     */
    record Note(long id, String text) {}

    private Notes(JdbcConnectionPool connections) {
        this.connections = connections;
    }

    static Notes open(String url) throws SQLException {
        JdbcConnectionPool connections = JdbcConnectionPool.create(url, "sa", "");
        connections.setMaxConnections(CONNECTIONS);
        try (Connection connection = connections.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "create table if not exists notes (id bigint auto_increment primary key, text varchar(1000) not null)");
            return new Notes(connections);
        } catch (SQLException e) {
            connections.dispose();
            throw e;
        }
    }

    List<Note> after(long id, int limit) throws SQLException {
        try (Connection connection = connections.getConnection();
                PreparedStatement select =
                        connection.prepareStatement("select id, text from notes where id > ? order by id limit ?")) {
            select.setLong(1, id);
            select.setInt(2, limit);
            try (ResultSet rows = select.executeQuery()) {
                List<Note> notes = new ArrayList<>();
                while (rows.next()) {
                    notes.add(new Note(rows.getLong(1), rows.getString(2)));
                }
                return notes;
            }
        }
    }

    @Nullable
    Note find(long id) throws SQLException {
        return after(id - 1, 1).stream()
                .filter(note -> note.id() == id)
                .findFirst()
                .orElse(null);
    }

    Note add(String text) throws SQLException {
        try (Connection connection = connections.getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "insert into notes (text) values (?)", Statement.RETURN_GENERATED_KEYS)) {
            insert.setString(1, text);
            insert.executeUpdate();
            try (ResultSet keys = insert.getGeneratedKeys()) {
                keys.next();
                return new Note(keys.getLong(1), text);
            }
        }
    }

    boolean remove(long id) throws SQLException {
        try (Connection connection = connections.getConnection();
                PreparedStatement delete = connection.prepareStatement("delete from notes where id = ?")) {
            delete.setLong(1, id);
            return delete.executeUpdate() > 0;
        }
    }

    @Override
    public void close() {
        connections.dispose();
    }
}
