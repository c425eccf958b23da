using Litestream.Agent.Commands;

namespace Litestream.Agent.Demo;

/// <summary>What the demo says when everything runs.</summary>
internal static class DemoGreeting
{
    public static void Write(DemoFolder folder, int port, CommandContext context)
    {
        var program = DemoProgram.Typed(context.Environment.WorkingDirectory);
        var url = DemoProgram.Quoted($"file://{folder.Backups.Replace("%", "%25", StringComparison.Ordinal)}/databases/{folder.Ids[0]}");
        context.Out.WriteLine($"""

              Litestream demo: {folder.Ids.Count} tenants, one SQLite file each, written to all the time and replicated as they are written.

                tenants   {folder.Shown}/clients
                replica   {folder.Shown}/backups
                page      http://localhost:{port}

              Restore one of them, as it is right now, while everything runs:

                {program} restore -o {folder.Shown}/restored.db {url}
                sqlite3 {folder.Shown}/restored.db 'SELECT count(*), max(placed_at) FROM orders'

              Delete a tenant's .db file, copy it back, create another <guid>.db: the page shows what happens. Ctrl-C ends it.

            """);
    }
}
