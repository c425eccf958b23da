namespace Litestream.EndToEnd.Hostile;

/// <summary>A request with something wrong in it.</summary>
/// <param name="What">Its beginning, for people.</param>
/// <param name="Bytes">As they are sent.</param>
internal sealed record HostileRequest(string What, byte[] Bytes)
{
    /// <summary>Its path leads behind the address: there is nothing.</summary>
    public bool IsElsewhere { get; init; }

    /// <summary>Its body and what is said of that are wrong, and nothing else.</summary>
    public bool IsBodyAlone { get; init; }

    public bool IsTooLarge { get; init; }
}
