using System.Runtime.CompilerServices;

namespace Litestream.Agent.Tests;

internal static class LibraryChoice
{
    /// <summary>As Program.cs does, before any test can call SQLite.</summary>
    [ModuleInitializer]
    internal static void Choose() => SqliteLibrary.Choose();
}
