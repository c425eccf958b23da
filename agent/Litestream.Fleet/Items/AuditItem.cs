using Litestream.Fleet.Table;

namespace Litestream.Fleet.Items;

/// <summary><c>AUDIT#day / time#ulid</c>. Appended by whoever is about to do it.</summary>
public static class AuditItem
{
    public const string At = "at";
    public const string Actor = "actor";
    public const string Action = "action";
    public const string Target = "target";
    public const string Before = "before";
    public const string After = "after";
    public const string DoneAt = "doneAt";
    public const string Refused = "refused";

    private const int MostState = 2000;

    public static Item Write(AuditRecord audit) => new ItemWriter(audit.Key, ItemTypes.Audit)
        .Time(At, audit.At).Text(Actor, audit.Actor).Text(Action, audit.Action).Text(Target, audit.Target)
        .Text(Before, audit.Before, MostState).Text(After, audit.After, MostState).Time(DoneAt, audit.DoneAt).Text(Refused, audit.Refused)
        .Item;

    /// <summary>Throws <see cref="MalformedItemException"/>.</summary>
    public static AuditRecord Read(Item item)
    {
        var read = new ItemReader(item, ItemTypes.Audit);
        var sort = read.Text(FleetTable.SortKey);
        return new()
        {
            Id = Ulid.TryParse(sort[(sort.IndexOf('#', StringComparison.Ordinal) + 1)..], out var id) ? id : throw read.Fault(FleetTable.SortKey, "a time, # and a ULID", sort),
            At = read.Time(At),
            Actor = read.Text(Actor),
            Action = read.Text(Action),
            Target = read.Text(Target),
            Before = read.TextOrNull(Before),
            After = read.TextOrNull(After),
            DoneAt = read.TimeOrNull(DoneAt),
            Refused = read.TextOrNull(Refused),
        };
    }

    /// <summary>Once: what a second try would say of how it was before is how the first one left it.</summary>
    public static ItemUpdate Append(AuditRecord audit) => ItemUpdate.Of(Write(audit), [], ItemCondition.IsAbsent);

    /// <summary>It is done. What the record leaves out stays as it was appended; refused when that is there already.</summary>
    public static ItemUpdate Complete(AuditRecord audit) =>
        ItemUpdate.Of(Write(audit), [], ItemCondition.IsAbsent.Or(new($"attribute_not_exists(#{DoneAt})", new Dictionary<string, ItemValue>())));
}
