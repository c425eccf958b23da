namespace Litestream.Fleet;

/// <summary>The closed list of what a person or program may do to a fleet. None contains another: a token has each that it needs.</summary>
public static class ScopeWords
{
    /// <summary>Look at everything.</summary>
    public const string Read = "fleet.read";

    /// <summary>Restore tenants, and take that back.</summary>
    public const string Restore = "fleet.restore";

    /// <summary>Tell hosts what to do; move tenants between them.</summary>
    public const string Admin = "fleet.admin";

    public static IReadOnlyList<string> All { get; } = [Read, Restore, Admin];
}
