using System.ComponentModel.DataAnnotations;

namespace ChatApp.Accounts;

/// <summary>Somebody whose signed tokens (JWT) are accepted, such as the site into which the chat is built. A part of <c>Accounts:Issuers</c>.</summary>
public sealed class IssuerOptions
{
    /// <summary>Its name here, which links accounts to it; 1 to 32 small letters, digits and dashes, to be left alone once there are accounts.</summary>
    [Required]
    [RegularExpression("[a-z0-9-]{1,32}")]
    public string Name { get; init; } = "";

    /// <summary>The claim <c>iss</c> of its tokens, exactly; 1 to 200 characters.</summary>
    [Required]
    [StringLength(200, MinimumLength = 1)]
    public string Issuer { get; init; } = "";

    /// <summary>What its tokens must name in the claim <c>aud</c>, exactly; 1 to 200 characters.</summary>
    [Required]
    [StringLength(200, MinimumLength = 1)]
    public string Audience { get; init; } = "";

    /// <summary>By which algorithms it may sign: <c>HS256</c>, <c>RS256</c>, <c>ES256</c>. There is no default.</summary>
    public string[] Algorithms { get; init; } = [];

    /// <summary>Its keys; several at once while it changes from one to the next.</summary>
    public IssuerKeyOptions[] Keys { get; init; } = [];

    /// <summary>A file with more of its keys, as a JSON Web Key Set; empty for none. Read at the start.</summary>
    [StringLength(1024, MinimumLength = 0)]
    public string KeysFile { get; init; } = "";

    /// <summary>What its tokens may be used for: <c>read</c>, <c>post</c>, <c>moderate</c>, <c>admin</c>; <c>read</c> and <c>post</c> by default. The rights of the account limit them further.</summary>
    public string[] Scopes { get; init; } = ["read", "post"];

    /// <summary>True makes an account for a subject that has none, when its first token is shown; false by default.</summary>
    public bool CreateAccounts { get; init; }

    /// <summary>The claim from which such an account gets its name; <c>name</c> by default.</summary>
    [StringLength(64, MinimumLength = 1)]
    public string NameClaim { get; init; } = "name";

    /// <summary>Minutes that its tokens may live at most; 60 by default, 1 to 1,440.</summary>
    [Range(1, 1440)]
    public int MaxMinutes { get; init; } = 60;
}

/// <summary>A key of an issuer: a secret for HS256, or a public key for the others.</summary>
public sealed class IssuerKeyOptions
{
    /// <summary>Names it in the header of tokens; 1 to 100 characters.</summary>
    [Required]
    [StringLength(100, MinimumLength = 1)]
    public string Kid { get; init; } = "";

    // Without an attribute, whose message would show the value.
    /// <summary>The secret, 32 to 1,024 bytes in UTF-8; empty for a public key.</summary>
    public string Secret { get; init; } = "";

    /// <summary>The public key in PEM, RSA of at least 2,048 bits or P-256; empty for a secret.</summary>
    [StringLength(8192, MinimumLength = 0)]
    public string PublicKey { get; init; } = "";
}
