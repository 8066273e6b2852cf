using System.Globalization;
using System.Reflection;
using Xunit.Sdk;

namespace ChatApp.Tests.Harness;

/// <summary>Runs the tests of a class as for a reader in the United States, whatever the machine speaks.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class EnglishAttribute : BeforeAfterTestAttribute
{
    private CultureInfo? _culture;
    private CultureInfo? _uiCulture;

    /// <inheritdoc/>
    public override void Before(MethodInfo methodUnderTest)
    {
        (_culture, _uiCulture) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = new CultureInfo("en-US");
    }

    /// <inheritdoc/>
    public override void After(MethodInfo methodUnderTest) =>
        (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (_culture!, _uiCulture!);
}
