namespace Litestream.Fleet.Api;

public sealed record ClientList(IReadOnlyList<Client> Items, string? NextCursor);
