using Litestream.Fleet.Table;

namespace Litestream.Fleet.Items;

/// <summary><c>PROOF#xx / guid#time</c>. Written once by whoever drilled; a failed one stands in the index of problems until a later one passes.</summary>
public static class ProofItem
{
    public const string Tenant = "tenant";
    public const string At = "at";
    public const string Verdict = "verdict";
    public const string By = "by";
    public const string Command = "command";
    public const string Txid = "txid";
    public const string Seconds = "seconds";
    public const string Bytes = "bytes";
    public const string Checks = "checks";
    public const string Detail = "detail";
    public const string Evidence = "evidence";
    public const string Problem = "problem";

    private const int MostDetail = 1000;

    private static readonly string[] Optional = [Txid, Checks, Detail, Evidence, Problem, FleetTable.ProblemKey, FleetTable.ProblemSort];

    public static Item Write(ProofRecord proof)
    {
        var isBad = proof.Verdict == ProofVerdicts.Fail;
        return new ItemWriter(proof.Key, ItemTypes.Proof)
            .Guid(Tenant, proof.Tenant).Time(At, proof.At).Text(Verdict, proof.Verdict).Text(By, proof.By).Ulid(Command, proof.Command).Text(Txid, proof.Txid)
            .Number(Seconds, proof.Seconds).Number(Bytes, proof.Bytes).Text(Checks, proof.Checks).Text(Detail, proof.Detail, MostDetail).Text(Evidence, proof.Evidence)
            .Text(Problem, isBad ? ProblemWords.ProofFailed : null)
            .Text(FleetTable.ProblemKey, isBad ? FleetKeys.ProblemPartition(proof.Tenant) : null)
            .Text(FleetTable.ProblemSort, isBad ? FleetKeys.ProblemSort(ProblemWords.SeverityOf(ProblemWords.ProofFailed), proof.At) : null)
            .GoneBy(proof.At + FleetTable.History).Item;
    }

    /// <summary>Throws <see cref="MalformedItemException"/>.</summary>
    public static ProofRecord Read(Item item)
    {
        var read = new ItemReader(item, ItemTypes.Proof);
        return new()
        {
            Tenant = read.GuidOrNull(Tenant) ?? throw read.Fault(Tenant, "a GUID", null),
            At = read.Time(At),
            Verdict = read.Text(Verdict),
            By = read.Text(By),
            Command = read.UlidOrNull(Command),
            Txid = read.TextOrNull(Txid),
            Seconds = read.DoubleOrNull(Seconds) ?? 0,
            Bytes = read.LongOr(Bytes, 0),
            Checks = read.TextOrNull(Checks),
            Detail = read.TextOrNull(Detail),
            Evidence = read.TextOrNull(Evidence),
        };
    }

    /// <summary>
    /// Once. Of a command again: a run that a crash ended had written it, and what the next run found is what the command answers. Refused when another stands
    /// under the same time.
    /// </summary>
    public static ItemUpdate Put(ProofRecord proof) => ItemUpdate.Of(Write(proof), proof.Command is null ? [] : Optional,
        proof.Command is { } command ? ItemCondition.IsAbsent.Or(ItemCondition.Is(Command, ItemValue.Of(command.ToString()))) : ItemCondition.IsAbsent);

    /// <summary>A later proof passed: this one is no problem any more, and stays as history.</summary>
    public static ItemUpdate Settle(ProofRecord proof) =>
        ItemUpdate.Of(new ItemWriter(proof.Key, ItemTypes.Proof).Item, [FleetTable.ProblemKey, FleetTable.ProblemSort, Problem], ItemCondition.IsPresent);
}
