using Amazon.S3;
using Amazon.S3.Model;

namespace Litestream.Storage.S3;

/// <summary>Which encryption at rest is asked of the store.</summary>
/// <param name="Mode"><c>auto</c>: AES256 on AWS, nothing said to a custom endpoint, whose own default applies; <c>aws:kms</c>; <c>none</c>.</param>
/// <param name="KeyId">Key of <c>aws:kms</c>; null for the account's default key.</param>
internal sealed record S3Encryption(string Mode, string? KeyId)
{
    public const string AutoMode = "auto";
    public const string KmsMode = "aws:kms";
    public const string NoMode = "none";

    public static readonly S3Encryption Auto = new(AutoMode, null);

    public void ApplyTo(PutObjectRequest request, bool isAws)
    {
        if (MethodOf(isAws) is not { } method)
            return;
        request.ServerSideEncryptionMethod = method;
        request.ServerSideEncryptionKeyManagementServiceKeyId = KeyId;
    }

    public void ApplyTo(InitiateMultipartUploadRequest request, bool isAws)
    {
        if (MethodOf(isAws) is not { } method)
            return;
        request.ServerSideEncryptionMethod = method;
        request.ServerSideEncryptionKeyManagementServiceKeyId = KeyId;
    }

    private ServerSideEncryptionMethod? MethodOf(bool isAws) => Mode switch
    {
        KmsMode => ServerSideEncryptionMethod.AWSKMS,
        AutoMode when isAws => ServerSideEncryptionMethod.AES256,
        _ => null,
    };
}
