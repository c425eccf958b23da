using System.Collections.Frozen;
using Litestream.Fleet;

namespace Litestream.Contract.Access;

/// <summary>Who asks, and what they may do. An endpoint finds it with <see cref="Of"/>; every write tells it to the audit.</summary>
/// <param name="Name">For people: the subject of a token, or the name in the file.</param>
/// <param name="Scopes">Of <see cref="ScopeWords"/>; others are kept and mean nothing.</param>
internal sealed record Actor(string Name, FrozenSet<string> Scopes)
{
    /// <summary>Whoever reaches the port of a program that was started with -no-auth.</summary>
    public static Actor Anonymous { get; } = new("anonymous", ScopeWords.All.ToFrozenSet(StringComparer.Ordinal));

    /// <summary>Of a request that the gate let through. Throws where it did not have to say whose it is.</summary>
    public static Actor Of(HttpContext context) =>
        context.Features.Get<Actor>() ?? throw new InvalidOperationException($"{context.Request.Path} is open to all and asks who is there");
}
