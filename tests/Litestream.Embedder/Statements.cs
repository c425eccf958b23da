using Microsoft.Data.Sqlite;

namespace Litestream.Embedder;

/// <summary>One statement on an application's connection.</summary>
internal static class Statements
{
    extension(SqliteConnection connection)
    {
        public void Run(string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }

        public object? Ask(string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            return command.ExecuteScalar();
        }
    }
}
