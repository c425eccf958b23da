using Litestream.Tests.Needs;

namespace Litestream.EndToEnd.Needs;

/// <summary>The <c>sqlite3</c> program.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NeedsSqlite3Attribute : FactAttribute
{
    public NeedsSqlite3Attribute() => Skip = Need.SkipReason("sqlite3", Need.OnPath("sqlite3"), "install the sqlite3 command line program");
}
