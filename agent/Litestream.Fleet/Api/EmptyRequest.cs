namespace Litestream.Fleet.Api;

/// <summary>Body of a change that has nothing to say: <c>{}</c>, or none.</summary>
public sealed record EmptyRequest;
