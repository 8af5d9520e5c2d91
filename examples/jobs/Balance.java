//DEPS com.h2database:h2:2.3.232

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * The balance of an account, from a database that takes its time, over ten connections: weft map --java
 * Balance.java::of < accounts.txt
 *
 * <p>The database is in memory; each question waits 5 ms, as one over a network would.
 */
class Balance {
    private static final int CONNECTIONS = 10;
    private static final BlockingQueue<Connection> POOL = new ArrayBlockingQueue<>(CONNECTIONS);

    static {
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                Connection connection = new org.h2.Driver().connect("jdbc:h2:mem:bank;DB_CLOSE_DELAY=-1", null);
                if (i == 0) {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("CREATE ALIAS WAIT FOR \"java.lang.Thread.sleep(long)\"");
                        statement.execute("CREATE TABLE account (id INT PRIMARY KEY, balance INT) AS SELECT x, x * 7 % 1000"
                                + " FROM SYSTEM_RANGE(1, 1000)");
                    }
                }
                POOL.add(connection);
            }
        } catch (SQLException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    static int of(int account) throws SQLException, InterruptedException {
        Connection connection = POOL.take();
        try (Statement wait = connection.createStatement();
                PreparedStatement query = connection.prepareStatement("SELECT balance FROM account WHERE id = ?")) {
            wait.execute("CALL WAIT(5)");
            query.setInt(1, account);
            try (ResultSet result = query.executeQuery()) {
                result.next();
                return result.getInt(1);
            }
        } finally {
            POOL.add(connection);
        }
    }
}
