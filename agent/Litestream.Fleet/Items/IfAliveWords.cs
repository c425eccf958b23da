namespace Litestream.Fleet.Items;

/// <summary>The closed list of a take-over's <c>argIfAlive</c>: what becomes of a tenant whose owner was heard of within ten of its intervals.</summary>
public static class IfAliveWords
{
    public const string Fail = "fail";

    /// <summary>A person wants it all the same.</summary>
    public const string Take = "take";
}
