namespace ChatApp.Components;
/// <summary>x</summary>
public static class PageServices {
/// <summary>x</summary>
public static void AddPages(this IServiceCollection s){}
/// <summary>x</summary>
public static void MapPages(this WebApplication a){} }
