namespace Litestream.Fleet.Items;

/// <summary>The closed list of <c>ifBusy</c>: what a restore in place does while an application keeps the database locked.</summary>
public static class IfBusyWords
{
    public const string Wait = "wait";

    public const string Fail = "fail";
}
