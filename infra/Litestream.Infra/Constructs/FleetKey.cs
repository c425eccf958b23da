using Amazon.CDK;
using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.KMS;
using Constructs;

namespace Litestream.Infra.Constructs;

/// <summary>
/// A key of the fleet's own, turned every year by KMS, which keeps the old ones for what they encrypted. The account's policies say who may use it and who may
/// look after it: two lists, neither of which is "everything".
/// </summary>
internal static class FleetKey
{
    private static readonly string[] Use = ["kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"];

    private static readonly string[] Care =
    [
        "kms:GetKeyPolicy", "kms:PutKeyPolicy", "kms:GetKeyRotationStatus", "kms:EnableKeyRotation", "kms:DisableKeyRotation", "kms:EnableKey", "kms:DisableKey", "kms:UpdateKeyDescription",
        "kms:ListResourceTags", "kms:TagResource", "kms:UntagResource", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion",
    ];

    /// <param name="scope">Whose it is.</param>
    /// <param name="description">What it encrypts.</param>
    /// <param name="users">Services that use it by themselves.</param>
    public static IKey Create(Construct scope, string description, params PolicyStatement[] users) => new Key(scope, "Key", new KeyProps
    {
        Description = description,
        EnableKeyRotation = true,
        RemovalPolicy = RemovalPolicy.RETAIN,
        Policy = new PolicyDocument(new PolicyDocumentProps
        {
            Statements = [OfAccount("AccountDecidesUse", Use), OfAccount("AccountDecidesCare", Care), .. users],
        }),
    });

    private static PolicyStatement OfAccount(string sid, string[] actions) =>
        new(new PolicyStatementProps { Sid = sid, Principals = [new AccountRootPrincipal()], Actions = actions, Resources = ["*"] }); // in a key's policy: this key
}
