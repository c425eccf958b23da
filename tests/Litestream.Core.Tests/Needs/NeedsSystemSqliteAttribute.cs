using Litestream.Tests.Needs;

namespace Litestream.Core.Tests.Needs;

/// <summary>An SQLite of the machine's own beside the one that comes with the project. Looked for by name: loading it would be what the test is about.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsSystemSqliteAttribute : FactAttribute
{
    private static readonly string[] Folders = ["/lib", "/lib64", "/usr/lib", "/usr/lib64"];

    public NeedsSystemSqliteAttribute() => Skip = Need.SkipReason("libsqlite3", IsPresent, "install libsqlite3.so.0 (Debian: libsqlite3-0)");

    private static bool IsPresent => Folders.Where(Directory.Exists)
        .SelectMany(folder => new[] { folder }.Concat(Directory.EnumerateDirectories(folder, "*-linux-gnu")))
        .Any(folder => File.Exists(Path.Combine(folder, "libsqlite3.so.0")));
}
