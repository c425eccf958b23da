using Microsoft.Data.Sqlite;

namespace Litestream.Agent.Demo;

/// <summary>One tenant of the demo: a small shop that takes orders. Used by the writer's process, as an application uses its database.</summary>
internal sealed class DemoShop : IDisposable
{
    private static readonly string[] Items = ["Sourdough", "Espresso", "Rye bread", "Cinnamon roll", "Flat white", "Croissant", "Filter coffee", "Baguette"];
    private static readonly string[] Customers = ["Ada", "Grace", "Linus", "Edsger", "Barbara", "Donald", "Margaret", "Ken"];

    private readonly SqliteConnection _connection;

    public DemoShop(string path) => _connection = Open(path);

    public static void Create(string path)
    {
        using var connection = Open(path);
        Run(connection, "PRAGMA journal_mode = WAL");
        Run(connection, """
            CREATE TABLE orders (
              id INTEGER PRIMARY KEY,
              customer TEXT NOT NULL,
              item TEXT NOT NULL,
              cents INTEGER NOT NULL,
              placed_at TEXT NOT NULL,
              served INTEGER NOT NULL DEFAULT 0)
            """);
        Run(connection, "CREATE INDEX orders_by_customer ON orders (customer, placed_at)");
    }

    /// <summary>One transaction: a few orders come in, an old one is served, and a shop does not keep its books for ever.</summary>
    public void TakeOrders(Random random, DateTimeOffset now)
    {
        using var transaction = _connection.BeginTransaction();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            using var insert = _connection.CreateCommand();
            insert.CommandText = "INSERT INTO orders (customer, item, cents, placed_at) VALUES ($customer, $item, $cents, $at)";
            insert.Parameters.AddWithValue("$customer", Customers[random.Next(Customers.Length)]);
            insert.Parameters.AddWithValue("$item", Items[random.Next(Items.Length)]);
            insert.Parameters.AddWithValue("$cents", random.Next(180, 1900));
            insert.Parameters.AddWithValue("$at", now.UtcDateTime.ToString("O"));
            insert.ExecuteNonQuery();
        }
        Run(_connection, "UPDATE orders SET served = 1 WHERE id = (SELECT min(id) FROM orders WHERE served = 0)");
        Run(_connection, "DELETE FROM orders WHERE id <= (SELECT max(id) FROM orders) - 20000");
        transaction.Commit();
    }

    public void Dispose() => _connection.Dispose();

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 5 }.ToString());
        connection.Open();
        return connection;
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
