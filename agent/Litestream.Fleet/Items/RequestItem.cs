using Litestream.Fleet.Table;

namespace Litestream.Fleet.Items;

/// <summary><c>REQUEST#xx / hash</c>. Written by the API before what it announces.</summary>
public static class RequestItem
{
    public const string At = "at";
    public const string Actor = "actor";
    public const string Action = "action";
    public const string BodyHash = "bodyHash";
    public const string Target = "target";

    /// <summary>Behind it a key may be used anew.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(24);

    public static Item Write(RequestRecord request) => new ItemWriter(request.Key, ItemTypes.Request)
        .Time(At, request.At).Text(Actor, request.Actor).Text(Action, request.Action).Text(BodyHash, request.BodyHash).Ulid(Target, request.Target)
        .GoneBy(request.At + (2 * Life)).Item;

    /// <summary>Throws <see cref="MalformedItemException"/>.</summary>
    /// <param name="item">As found.</param>
    /// <param name="idempotencyKey">Under which it was looked for.</param>
    public static RequestRecord Read(Item item, string idempotencyKey)
    {
        var read = new ItemReader(item, ItemTypes.Request);
        return new()
        {
            Actor = read.Text(Actor),
            IdempotencyKey = idempotencyKey,
            At = read.Time(At),
            Action = read.Text(Action),
            BodyHash = read.Text(BodyHash),
            Target = read.UlidOrNull(Target) ?? throw read.Fault(Target, "a ULID", null),
        };
    }

    /// <summary>Refused when the key was used within its life: whoever is refused reads what it became.</summary>
    public static ItemUpdate Put(RequestRecord request) => ItemUpdate.Of(
        Write(request), [], ItemCondition.IsAbsent.Or(ItemCondition.Compare(At, "<", ItemValue.Of(ItemTime.Text(request.At - Life)))));
}
